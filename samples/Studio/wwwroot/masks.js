// Geometry, colors and labels of masks.

const paths = new WeakMap();

/** The outline of a mask, regions and holes, in pixels of the image. Fill it by the even-odd rule. */
export function pathOf(mask) {
  let path = paths.get(mask);
  if (!path) {
    path = new Path2D();
    for (const { polygon } of mask.contours) {
      for (let i = 0; i < polygon.length; i += 2) {
        if (i === 0) path.moveTo(polygon[0], polygon[1]);
        else path.lineTo(polygon[i], polygon[i + 1]);
      }
      path.closePath();
    }
    paths.set(mask, path);
  }
  return path;
}

/** The first unused color of the palette. */
export function freeColor(palette, objects) {
  const taken = new Set(objects.map(object => object.color));
  return palette.find(color => !taken.has(color)) ?? palette[objects.length % palette.length];
}

/** Black or white, whichever is more legible on a color. */
export function inkOn(color) {
  const [r, g, b] = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16) / 255).map(level => level ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.2 ? '#0b0e12' : '#ffffff';
}

/** Intersection over union of two boxes [x, y, width, height]. */
export function overlap(a, b) {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (a[2] * a[3] + b[2] * b[3] - shared || 1);
}

/** The text of a label: name and score, or only the name if a person chose it. */
export const labelOf = (name, score) => score === null ? name : `${name} ${score.toFixed(2)}`;
