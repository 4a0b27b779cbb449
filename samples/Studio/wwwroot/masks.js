// Masks as the page draws and compares them.

const paths = new WeakMap();

/** The outline of an answer, regions and holes, in pixels of the image. Fill it by the even-odd rule. */
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

/** The first color of the palette that no object has. */
export function freeColor(palette, objects) {
  const taken = new Set(objects.map(each => each.color));
  return palette.find(color => !taken.has(color)) ?? palette[objects.length % palette.length];
}

/** Black or white, whichever is read better on a color. */
export function inkOn(color) {
  const [r, g, b] = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16) / 255).map(level => level ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.2 ? '#0b0e12' : '#ffffff';
}

/** How much two boxes [x, y, width, height] share: intersection over union. */
export function overlap(a, b) {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (a[2] * a[3] + b[2] * b[3] - shared || 1);
}

/** What a label says: name and score, or the name alone where a person chose it. */
export const labelOf = (name, score) => score === null ? name : `${name} ${score.toFixed(2)}`;
