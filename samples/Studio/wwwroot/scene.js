// Draws one frame: image, masks with crisp outlines, points, labels.
import { inkOn, labelOf, pathOf } from './masks.js';

const positive = '#3ddc84', negative = '#ff5c5c', dark = 'rgba(8, 11, 15, 0.85)';
const font = '600 13px system-ui, sans-serif';

/**
 * @param view position of the image's corner in CSS pixels, CSS pixels per column of the image, and its pixels' height by width
 * @param scene { objects, selected, current: { mask, color, name, score }, steps, draft: a box, crosshair: a point,
 * letters: { left, right, top, bottom } }
 */
export function drawScene(context, bitmap, view, scene, ratio, { clientWidth, clientHeight }) {
  const [scaleX, scaleY] = [view.scale, view.scale * view.aspect];
  context.setTransform(ratio * scaleX, 0, 0, ratio * scaleY, ratio * view.x, ratio * view.y);
  context.imageSmoothingEnabled = view.scale < 6; // when zoomed in farther, individual pixels should be visible
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const placed = new DOMMatrix([scaleX, 0, 0, scaleY, view.x, view.y]);
  const hasCurrent = Boolean(scene.current?.mask); // of a volume's object, some slices have none
  // Large objects first, so that small ones inside them stay visible.
  const objects = [...scene.objects].sort((a, b) => b.area - a.area);
  for (const object of objects) {
    const isSelected = object.key === scene.selected;
    drawMask(context, placed, object.mask ?? object, object.color, isSelected ? 0.5 : hasCurrent ? 0.2 : 0.34, isSelected ? 3 : 1.75);
  }
  if (hasCurrent) drawMask(context, placed, scene.current.mask, scene.current.color, 0.42, 2.25, true);

  const toScreen = (x, y) => [x * scaleX + view.x, y * scaleY + view.y];
  const taken = [];
  context.font = font;
  for (const { box } of scene.steps) if (box) drawBox(context, box, toScreen);
  if (scene.draft) drawBox(context, scene.draft, toScreen);
  if (hasCurrent) drawLabel(context, scene.current.mask, scene.current.name, scene.current.score, scene.current.color, true);
  for (const object of objects.toReversed())
    drawLabel(context, object.mask ?? object, object.name, object.score, object.color, object.key === scene.selected);
  for (const { point, on } of scene.steps) if (point) drawPoint(context, toScreen(...point), on);
  if (scene.crosshair) drawCrosshair(context, toScreen(...scene.crosshair));
  if (scene.letters) {
    const corners = [...toScreen(0, 0), ...toScreen(bitmap.width, bitmap.height)];
    drawLetters(context, scene.letters, corners, clientWidth, clientHeight);
  }

  function drawLabel(context, mask, name, score, color, isWanted) {
    const [x, y, width, height] = mask.bbox;
    if (!name || !mask.area || (!isWanted && width * scaleX < 14)) return;
    const text = labelOf(name, score);
    const [labelWidth, labelHeight] = [context.measureText(text).width + 14, 22];
    const [left, top] = toScreen(x, y);
    const [right, bottom] = toScreen(x + width, y + height);
    const clamp = (at, most) => Math.max(4, Math.min(at, most - 4));
    const middle = clamp((left + right - labelWidth) / 2, clientWidth - labelWidth);
    const place = [top - labelHeight - 5, bottom + 5, (top + bottom - labelHeight) / 2]
      .map(at => [middle, clamp(at, clientHeight - labelHeight), labelWidth, labelHeight])
      .find(box => !taken.some(other => touches(box, other)));
    if (!place && !isWanted) return;
    const at = place ?? [left, top, labelWidth, labelHeight];
    taken.push(at);
    context.beginPath();
    context.roundRect(...at, 6);
    context.fillStyle = color;
    context.fill();
    context.strokeStyle = dark;
    context.lineWidth = 1;
    context.stroke();
    context.fillStyle = inkOn(color);
    context.textBaseline = 'middle';
    context.fillText(text, at[0] + 7, at[1] + labelHeight / 2 + 0.5);
  }
}

const touches = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];

function drawMask(context, placed, mask, color, opacity, width, isCurrent = false) {
  const path = new Path2D();
  path.addPath(pathOf(mask), placed);
  context.globalAlpha = opacity;
  context.fillStyle = color;
  context.fill(path, 'evenodd');
  context.globalAlpha = 1;
  context.lineJoin = 'round';
  // A dark rim keeps the outline crisp on bright and dark backgrounds.
  for (const [style, more] of [[dark, 2], [isCurrent ? '#ffffff' : color, 0]]) {
    context.strokeStyle = style;
    context.lineWidth = width + more;
    context.stroke(path);
  }
}

/** Towards which side of the patient the image's edges lie, just inside what is visible of it. */
function drawLetters(context, { left, right, top, bottom }, [x0, y0, x1, y1], width, height) {
  const [west, north, east, south] = [Math.max(x0, 0), Math.max(y0, 0), Math.min(x1, width), Math.min(y1, height)];
  context.font = '700 16px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const places = [[left, west + 14, (north + south) / 2], [right, east - 14, (north + south) / 2],
    [top, (west + east) / 2, north + 15], [bottom, (west + east) / 2, south - 14]];
  for (const [letter, x, y] of places) {
    context.lineWidth = 4;
    context.strokeStyle = dark;
    context.strokeText(letter, x, y);
    context.fillStyle = '#ffd640';
    context.fillText(letter, x, y);
  }
  context.textAlign = 'start';
}

function drawPoint(context, [x, y], on) {
  const radius = 8;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = on ? positive : negative;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = '#ffffff';
  context.stroke();
  context.beginPath();
  context.moveTo(x - 4, y);
  context.lineTo(x + 4, y);
  if (on) {
    context.moveTo(x, y - 4);
    context.lineTo(x, y + 4);
  }
  context.strokeStyle = '#0b0e12';
  context.stroke();
}

function drawBox(context, [x0, y0, x1, y1], toScreen) {
  const [[left, top], [right, bottom]] = [toScreen(Math.min(x0, x1), Math.min(y0, y1)), toScreen(Math.max(x0, x1), Math.max(y0, y1))];
  for (const [style, width, dashes] of [[dark, 4, []], ['#ffffff', 2, [7, 5]]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.setLineDash(dashes);
    context.strokeRect(left, top, right - left, bottom - top);
  }
  context.setLineDash([]);
}

function drawCrosshair(context, [x, y]) {
  for (const [style, width] of [[dark, 4], ['#ffffff', 1.5]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 18 * dx, y + 18 * dy);
    }
    context.stroke();
  }
}
