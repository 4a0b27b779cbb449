// One image with its history, and the questions about it. The server keeps nothing but the encoded image, and may forget that.
import { Problem, predict, upload, everything } from './api.js';
import { History, noObject } from './history.js';
import { freeColor, overlap } from './masks.js';

const same = 0.6; // boxes that overlap more are of one object
const sameOfOneName = 0.25; // and so are these, where their names agree: few organs are there twice in one place

let keys = 0;

export class Session extends EventTarget {
  history = new History();
  isWaiting = false;
  exported = this.state.objects; // what a file holds
  #image;
  #running = null;

  /**
   * @param name the file's, or the sample's
   * @param blob the file
   * @param bitmap what it shows
   */
  constructor(name, blob, bitmap, palette, hasNames) {
    super();
    Object.assign(this, { name, blob, bitmap, palette, hasNames });
  }

  get state() { return this.history.present; }

  /** The current object as it would be kept; null before there is an answer. */
  get current() {
    const { answer, name, objects } = this.state;
    const score = name || !this.hasNames ? null : answer?.score;
    return answer && { answer, mask: answer, name: name ?? answer.category, score, color: freeColor(this.palette, objects) };
  }

  /** Whether objects would be lost with the page. */
  get isUnsaved() { return this.state.objects.length > 0 && this.state.objects !== this.exported; }

  /** Sends the image, once. */
  async encode(signal) {
    this.#image ??= upload(this.blob, signal).then(image => {
      if (image.width !== this.bitmap.width || image.height !== this.bitmap.height)
        throw new Problem(`The server reads this image as ${image.width} x ${image.height} pixels, `
          + `the browser as ${this.bitmap.width} x ${this.bitmap.height}. Save it as PNG and open that.`, 0);
      return image;
    });
    try {
      return await this.#image;
    } catch (failure) {
      this.#image = null;
      throw failure;
    }
  }

  /** Adds a click or a box; a box begins the object anew. The state changes when the answer is there. */
  async add(step) {
    const before = this.#pending ?? this.state.steps;
    await this.#ask(step.box ? [step] : [...before, step], this.state.name);
  }

  keep() {
    const { current, state } = this;
    if (!current?.answer.area) return null;
    const kept = this.#object(current.answer, { name: current.name, score: current.score, color: current.color, steps: state.steps });
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

  /** Takes an object off the list and back under the pointer. */
  async refine(key) {
    const object = this.state.objects.find(each => each.key === key);
    const [x, y, width, height] = object.bbox;
    const steps = object.steps.length ? object.steps : [{ box: [x, y, x + width, y + height] }];
    await this.#ask(steps, object.score === null && this.hasNames ? object.name : null, this.state.objects.filter(each => each !== object));
  }

  remove(key) {
    this.#commit({ objects: this.state.objects.filter(each => each.key !== key) });
  }

  rename(key, name) {
    this.#commit({ objects: this.state.objects.map(each => each.key === key ? { ...each, name, score: null } : each) });
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

  /** Finds all objects; those that are on the list already are left out. Answers with how many are new. */
  async everything(settings, report, signal) {
    const found = await this.#again(({ id }) => everything(id, settings, report, signal));
    const objects = [...this.state.objects];
    for (const mask of found) {
      // The best come first.
      if (!objects.some(each => overlap(each.bbox, mask.bbox) > (this.hasNames && each.name === mask.category ? sameOfOneName : same)))
        objects.push(this.#object(mask, { name: mask.category, score: this.hasNames ? mask.score : null, color: freeColor(this.palette, objects), steps: [] }));
    }
    const added = objects.length - this.state.objects.length;
    if (added) this.#commit({ objects });
    return added;
  }

  /** Leaves the question that is being asked. */
  stop() {
    this.#running?.abort();
    this.#running = this.#pending = null;
    this.isWaiting = false;
  }

  #pending = null; // steps that are being asked about

  async #ask(steps, name, objects = this.state.objects) {
    this.#running?.abort();
    const running = this.#running = new AbortController();
    this.#pending = steps;
    this.isWaiting = true;
    this.#changed();
    try {
      const answer = await this.#again(({ id }) => predict(id, steps, running.signal));
      if (running === this.#running) this.history.commit({ steps, answer, name, objects });
    } catch (failure) {
      if (failure.name !== 'AbortError') throw failure;
    } finally {
      if (running === this.#running) {
        this.stop();
        this.#changed();
      }
    }
  }

  /** Brings the image again where the server has forgotten it. */
  async #again(question) {
    try {
      return await question(await this.encode());
    } catch (failure) {
      if (failure.status !== 404) throw failure;
      this.#image = null;
      return question(await this.encode());
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
