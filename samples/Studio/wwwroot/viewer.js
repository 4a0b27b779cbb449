// Shows the image with masks, labels and points, and converts between screen and image coordinates.
import { drawScene } from './scene.js';

const maxScale = 32; // CSS pixels per image pixel

export class Viewer {
  #canvas;
  #context;
  #bitmap = null;
  #view = { scale: 1, aspect: 1, x: 0, y: 0 };
  #aspect = 1;
  #isFitted = true;
  #isQueued = false;
  /** What to draw over the image; the owner sets it and calls draw(). */
  scene = { objects: [], current: null, steps: [], draft: null, crosshair: null };

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
    new ResizeObserver(() => this.#resize()).observe(canvas.parentElement);
    this.#resize();
  }

  get scale() { return this.#view.scale; }
  get size() { return this.#bitmap && { width: this.#bitmap.width, height: this.#bitmap.height }; }

  /** @param aspect how many times as high as wide a pixel is */
  show(bitmap, aspect = 1) {
    this.#bitmap = bitmap;
    this.#aspect = aspect;
    this.fit();
  }

  /** Shows another image; where it has the same form, at the same place. */
  exchange(bitmap, aspect) {
    if (!this.#bitmap || bitmap.width !== this.size.width || bitmap.height !== this.size.height || aspect !== this.#aspect)
      return this.show(bitmap, aspect);
    this.#bitmap = bitmap;
    this.draw();
  }

  get bitmap() { return this.#bitmap; }

  /** Fits the whole image into the view. */
  fit() {
    this.#isFitted = true;
    if (this.#bitmap) {
      const { width, height } = this.#bitmap;
      const { clientWidth, clientHeight } = this.#canvas;
      const aspect = this.#aspect;
      const scale = Math.min(clientWidth / width, clientHeight / (height * aspect));
      this.#view = { scale, aspect, x: (clientWidth - width * scale) / 2, y: (clientHeight - height * aspect * scale) / 2 };
    }
    this.draw();
  }

  /** Zooms around (x, y), in CSS pixels of the canvas. */
  zoom(factor, x = this.#canvas.clientWidth / 2, y = this.#canvas.clientHeight / 2) {
    const scale = Math.min(maxScale, Math.max(0.05, this.#view.scale * factor));
    const change = scale / this.#view.scale;
    this.#view = { ...this.#view, scale, x: x - (x - this.#view.x) * change, y: y - (y - this.#view.y) * change };
    this.#isFitted = false;
    this.draw();
  }

  move(dx, dy) {
    this.#view = { ...this.#view, x: this.#view.x + dx, y: this.#view.y + dy };
    this.#isFitted = false;
    this.draw();
  }

  /** From CSS pixels of the canvas to pixels of the image. */
  toImage(x, y) {
    return [(x - this.#view.x) / this.#view.scale, (y - this.#view.y) / (this.#view.scale * this.#aspect)];
  }

  /** Pans just far enough to make a point of the image visible. */
  reveal([x, y]) {
    const [left, top] = [x * this.#view.scale + this.#view.x, y * this.#view.scale * this.#aspect + this.#view.y];
    const margin = 24;
    const push = (at, end) => at < margin ? margin - at : at > end - margin ? end - margin - at : 0;
    const [dx, dy] = [push(left, this.#canvas.clientWidth), push(top, this.#canvas.clientHeight)];
    if (!this.#isFitted && (dx || dy)) this.move(dx, dy);
  }

  /** Draws before the next frame; repeated calls draw once. */
  draw() {
    if (this.#isQueued) return;
    this.#isQueued = true;
    requestAnimationFrame(() => {
      this.#isQueued = false;
      const { width, height } = this.#canvas;
      this.#context.setTransform(1, 0, 0, 1, 0, 0);
      this.#context.clearRect(0, 0, width, height);
      if (this.#bitmap) drawScene(this.#context, this.#bitmap, this.#view, this.scene, devicePixelRatio, this.#canvas);
    });
  }

  /** The image at its own size with all kept objects, as a PNG. Pixels that are not square are stretched until they are. */
  picture() {
    const aspect = this.#aspect;
    const [wide, high] = [Math.max(1, 1 / aspect), Math.max(1, aspect)];
    const canvas = new OffscreenCanvas(Math.round(this.#bitmap.width * wide), Math.round(this.#bitmap.height * high));
    const scene = { ...this.scene, current: null, steps: [], draft: null, crosshair: null, selected: null };
    const size = { clientWidth: canvas.width, clientHeight: canvas.height };
    drawScene(canvas.getContext('2d'), this.#bitmap, { scale: wide, aspect, x: 0, y: 0 }, scene, 1, size);
    return canvas.convertToBlob({ type: 'image/png' });
  }

  #resize() {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.#canvas.height = Math.round(clientHeight * devicePixelRatio);
    if (this.#isFitted) this.fit();
    this.draw();
  }
}
