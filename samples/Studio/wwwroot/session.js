// One image with its history and its requests. The server keeps only the encoded image, and may drop it.
import { predict, everything } from './api.js';
import { History, noObject } from './history.js';
import { ServerImage } from './image.js';
import { freeColor, overlap } from './masks.js';

const same = 0.6; // boxes that overlap more are the same object
const sameOfOneName = 0.25; // and so are these, if their names agree: few organs occur twice in one place

let keys = 0;

export class Session extends EventTarget {
  isVolume = false;
  aspect = 1;
  letters = null;
  history = new History();
  isWaiting = false;
  exported = this.state.objects; // as last exported
  #image;
  #running = null;

  /**
   * @param name of the file or sample
   * @param blob the file
   * @param bitmap the decoded image
   */
  constructor(name, blob, bitmap, palette, hasNames) {
    super();
    Object.assign(this, { name, bitmap, palette, hasNames });
    this.#image = new ServerImage(blob, bitmap);
  }

  /** What the header says of it. */
  get title() { return `${this.name} · ${this.bitmap.width} × ${this.bitmap.height}`; }

  /** The beginning of the names of exported files. */
  get fileName() { return this.name.replace(/\.[^.]*$/, ''); }

  /** The kept objects whose masks lie on the image: all. */
  get visible() { return this.state.objects; }

  get steps() { return this.state.steps; }

  get state() { return this.history.present; }

  /** The current object as it would be kept; null without a prediction. */
  get current() {
    const { prediction, name, objects } = this.state;
    if (!prediction) return null;
    const score = name || !this.hasNames ? null : prediction.score;
    return { prediction, mask: prediction, name: name ?? prediction.category, score, color: freeColor(this.palette, objects) };
  }

  /** Whether objects would be lost with the page. */
  get isUnsaved() { return this.state.objects.length > 0 && this.state.objects !== this.exported; }

  /** Uploads the image once. */
  encode(signal) { return this.#image.encode(signal); }

  /** Adds a point or a box; a box restarts the object. The state changes when the prediction arrives. */
  async add(step) {
    const before = this.#pending ?? this.state.steps;
    await this.#predict(step.box ? [step] : [...before, step], this.state.name);
  }

  keep() {
    const { current, state } = this;
    if (!current?.prediction.area) return null;
    const { prediction, name, score, color } = current;
    const kept = this.#object(prediction, { name, score, color, steps: state.steps });
    this.#commit({ ...noObject, objects: [...state.objects, kept] });
    return kept;
  }

  discard() {
    this.stop();
    if (this.state.steps.length) this.#commit(noObject);
  }

  call(name) {
    this.#commit({ name });
  }

  /** Moves an object from the list back to the current object. */
  async refine(key) {
    const object = this.state.objects.find(object => object.key === key);
    const [x, y, width, height] = object.bbox;
    const steps = object.steps.length ? object.steps : [{ box: [x, y, x + width, y + height] }];
    const name = object.score === null && this.hasNames ? object.name : null;
    await this.#predict(steps, name, this.state.objects.filter(other => other !== object));
  }

  remove(key) {
    this.#commit({ objects: this.state.objects.filter(object => object.key !== key) });
  }

  rename(key, name) {
    this.#commit({ objects: this.state.objects.map(object => object.key === key ? { ...object, name, score: null } : object) });
  }

  undo() {
    this.stop();
    this.history.undo();
    this.#changed();
  }

  redo() {
    this.stop();
    this.history.redo();
    this.#changed();
  }

  /** Finds all objects, and adds those that are not in the list yet. Returns how many are new. */
  async everything(settings, report, signal) {
    const found = await this.#image.use(({ id }) => everything(id, settings, report, signal));
    const objects = [...this.state.objects];
    for (const mask of found) {
      // The best masks come first.
      const limit = object => this.hasNames && object.name === mask.category ? sameOfOneName : same;
      if (objects.some(object => overlap(object.bbox, mask.bbox) > limit(object))) continue;
      const score = this.hasNames ? mask.score : null;
      objects.push(this.#object(mask, { name: mask.category, score, color: freeColor(this.palette, objects), steps: [] }));
    }
    const added = objects.length - this.state.objects.length;
    if (added) this.#commit({ objects });
    return added;
  }

  /** Cancels the pending prediction. */
  stop() {
    this.#running?.abort();
    this.#running = this.#pending = null;
    this.isWaiting = false;
  }

  #pending = null; // steps of the pending prediction

  async #predict(steps, name, objects = this.state.objects) {
    this.#running?.abort();
    const running = this.#running = new AbortController();
    this.#pending = steps;
    this.isWaiting = true;
    this.#changed();
    try {
      const prediction = await this.#image.use(({ id }) => predict(id, steps, running.signal));
      if (running === this.#running) this.history.commit({ steps, prediction, name, objects });
    } catch (failure) {
      if (failure.name !== 'AbortError') throw failure;
    } finally {
      if (running === this.#running) {
        this.stop();
        this.#changed();
      }
    }
  }

  #object(mask, more) {
    return { key: `o${++keys}`, area: mask.area, bbox: mask.bbox, contours: mask.contours, counts: mask.segmentation.counts, ...more };
  }

  #commit(change) {
    this.history.commit(change);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
