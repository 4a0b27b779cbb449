// The image with masks, labels and clicks over it, and where on it the pointer is.
import { drawScene } from './scene.js';

const farthest = 32; // screen pixels for one of the image

export class Viewer {
  #canvas;
  #context;
  #bitmap = null;
  #view = { scale: 1, x: 0, y: 0 };
  #isFitted = true;
  #isQueued = false;
  /** What to draw over the image; the owner sets it and calls draw. */
  scene = { objects: [], current: null, steps: [], draft: null, crosshair: null };

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
    new ResizeObserver(() => this.#resize()).observe(canvas.parentElement);
    this.#resize();
  }

  get scale() { return this.#view.scale; }
  get size() { return this.#bitmap && { width: this.#bitmap.width, height: this.#bitmap.height }; }

  show(bitmap) {
    this.#bitmap = bitmap;
    this.fit();
  }

  /** The whole image, in the middle. */
  fit() {
    this.#isFitted = true;
    if (this.#bitmap) {
      const { width, height } = this.#bitmap;
      const { clientWidth, clientHeight } = this.#canvas;
      const scale = Math.min(clientWidth / width, clientHeight / height);
      this.#view = { scale, x: (clientWidth - width * scale) / 2, y: (clientHeight - height * scale) / 2 };
    }
    this.draw();
  }

  /** Keeps the image's point under (x, y), in CSS pixels of the canvas, where it is. */
  zoom(factor, x = this.#canvas.clientWidth / 2, y = this.#canvas.clientHeight / 2) {
    const scale = Math.min(farthest, Math.max(0.05, this.#view.scale * factor));
    const change = scale / this.#view.scale;
    this.#view = { scale, x: x - (x - this.#view.x) * change, y: y - (y - this.#view.y) * change };
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
    return [(x - this.#view.x) / this.#view.scale, (y - this.#view.y) / this.#view.scale];
  }

  /** Moves the image just so far that a point of it can be seen. */
  reveal([x, y]) {
    const [left, top] = [x * this.#view.scale + this.#view.x, y * this.#view.scale + this.#view.y];
    const margin = 24;
    const push = (at, end) => at < margin ? margin - at : at > end - margin ? end - margin - at : 0;
    const [dx, dy] = [push(left, this.#canvas.clientWidth), push(top, this.#canvas.clientHeight)];
    if (!this.#isFitted && (dx || dy)) this.move(dx, dy);
  }

  /** Draws before the next frame, once however often it is asked. */
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

  /** The picture at its own size, with everything that is kept, as a PNG. */
  picture() {
    const canvas = new OffscreenCanvas(this.#bitmap.width, this.#bitmap.height);
    drawScene(canvas.getContext('2d'), this.#bitmap, { scale: 1, x: 0, y: 0 },
      { ...this.scene, current: null, steps: [], draft: null, crosshair: null, selected: null }, 1, { clientWidth: canvas.width, clientHeight: canvas.height });
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
