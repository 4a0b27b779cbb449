// From pixels of the image to the frame of the network's input, by the model's own rule.
function frameOf({ height, width }, { inputSize, resize }) {
  const longest = Math.max(height, width);
  if (resize === "LongestSide") {
    const scaled = side => Math.max(1, Math.floor(side * (inputSize / longest) + 0.5));
    return { x: scaled(width) / width, y: scaled(height) / height, left: 0, top: 0 };
  }
  if (resize === "PadOrStretch" && longest < inputSize)
    return { x: 1, y: 1, left: Math.trunc((inputSize - width) / 2), top: Math.trunc((inputSize - height) / 2) };
  return { x: inputSize / width, y: inputSize / height, left: 0, top: 0 };
}

// The decoder's points and labels: 1 is a click on the object, 2 and 3 are a box's corners, -1 is no point, which SAM adds to clicks.
export function pointsOf({ box, point }, image, model) {
  const frame = frameOf(image, model);
  const move = (x, y) => [x * frame.x + frame.left, y * frame.y + frame.top];
  return box
    ? { coordinates: [...move(box[0], box[1]), ...move(box[2], box[3])], labels: [2, 3] }
    : { coordinates: [...move(point[0], point[1]), 0, 0], labels: [1, -1] };
}
