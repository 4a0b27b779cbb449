// The tools add, remove and box: turn what the pointer and the keyboard do into steps of the session.
import { Problem } from './api.js';
import { guarded, hint, toast } from './notices.js';

const round = values => values.map(value => Math.round(10 * value) / 10);

export class Tools {
  #workspace;
  #canvas;
  #tool = 'add';
  #corner = null; // the first corner of a box that is set by two clicks
  /** Position of the keyboard's pointer; null until an arrow key is pressed. */
  crosshair = null;

  constructor(workspace, canvas) {
    this.#workspace = workspace;
    this.#canvas = canvas;
  }

  /** Adds a point, or sets a corner of a box. */
  press = guarded(async (point, isNegative) => {
    const { session, model } = this.#workspace;
    if (!session) return;
    toast(null);
    if (this.#tool !== 'box' || isNegative) {
      if (model.noPoints) throw new Problem('This model was trained with boxes only. Drag a box around the object.', 0);
      return session.add({ point: round(point), on: this.#tool !== 'remove' && !isNegative });
    }
    if (!this.#corner) {
      this.#corner = point;
      hint('Now the opposite corner');
      return this.#workspace.render();
    }
    const [x, y] = this.#corner;
    const box = [Math.min(x, point[0]), Math.min(y, point[1]), Math.max(x, point[0]), Math.max(y, point[1])];
    if (box[2] - box[0] < 1 || box[3] - box[1] < 1) return;
    await this.drag(box);
  });

  /** Starts an object with a box. */
  drag = guarded(async box => {
    const { session } = this.#workspace;
    if (!session) return;
    toast(null);
    this.#corner = null;
    await session.add({ box: round(box) });
  });

  select(name) {
    this.#tool = name;
    this.#corner = null;
    for (const button of document.querySelectorAll('[data-tool]')) button.ariaPressed = String(button.dataset.tool === name);
    this.#canvas.dataset.tool = name;
    this.#workspace.render();
  }

  pressAtCrosshair(isNegative) {
    return this.press(this.crosshair ?? this.#center(), isNegative);
  }

  moveCrosshair(dx, dy, isFine) {
    const { session, viewer } = this.#workspace;
    if (!session) return;
    const [x, y] = this.crosshair ?? this.#center();
    const pixels = isFine ? 1 : Math.max(1, Math.round(8 / viewer.scale));
    const { width, height } = viewer.size;
    this.crosshair = [Math.min(width, Math.max(0, x + dx * pixels)), Math.min(height, Math.max(0, y + dy * pixels))];
    this.#read(this.crosshair);
    viewer.reveal(this.crosshair);
    this.#workspace.render();
  }

  hover(point) {
    this.#read(point);
    if (!this.#corner || !point) return;
    const { viewer } = this.#workspace;
    viewer.scene.draft = [...this.#corner, ...point];
    viewer.draw();
  }

  get hasCorner() { return this.#corner !== null; }

  clearCorner() { this.#corner = null; }

  clear() {
    this.#corner = null;
    this.crosshair = null;
  }

  /** The parts of the scene that belong to the tools. */
  get scene() {
    const { crosshair } = this;
    const corner = this.#corner;
    return {
      crosshair: document.activeElement === this.#canvas ? crosshair : null,
      draft: corner && crosshair ? [...corner, ...crosshair]
        : corner ? [corner[0] - 1, corner[1] - 1, corner[0] + 1, corner[1] + 1] : null,
    };
  }

  #center() {
    const { width, height } = this.#workspace.viewer.size;
    return [Math.round(width / 2), Math.round(height / 2)];
  }

  #read(point) {
    document.getElementById('readout').textContent = point ? point.map(Math.floor).join(', ') : '';
  }
}
