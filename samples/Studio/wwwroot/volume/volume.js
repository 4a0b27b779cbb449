// A volume: the slice that is shown, the objects that are followed through it, and their history. The server keeps voxels and results.
import * as api from '../api.js';
import { History } from '../history.js';
import { freeColor } from '../masks.js';
import { SliceImages } from './slices.js';
import * as track from './track.js';
import { numbersOf, stretched } from './window.js';

const sides = {
  axial: { left: 'R', right: 'L', top: 'A', bottom: 'P' },
  coronal: { left: 'R', right: 'L', top: 'S', bottom: 'I' },
  sagittal: { left: 'A', right: 'P', top: 'S', bottom: 'I' },
};
const wheelStep = 40; // a wheel's notch is more, a touch pad's event less

let keys = 0;

export class VolumeSession extends EventTarget {
  isVolume = true;
  history = new History({ active: null, objects: [] });
  isWaiting = false;
  exported = this.state.objects; // as last exported
  /** The slice that is shown; null before the first. It follows what is wanted as fast as slices come. */
  shown = null;
  wanted = { plane: 'axial', index: 0, window: null };
  /** The slices that a running propagation has seen; null if none runs. */
  seen = null;
  #files;
  #at = {}; // the slice of each plane
  #images = new SliceImages(request => this.#use(request));
  #isLoading = false;
  #wheel = 0;
  #running = null;
  #pending = null; // the slice and the steps of the pending prediction

  constructor(name, files, info, palette, hasNames) {
    super();
    Object.assign(this, { name, info, palette, hasNames });
    this.#files = files;
    for (const [plane, { slices }] of Object.entries(info.planes)) this.#at[plane] = Math.floor(slices / 2);
    this.wanted = { plane: 'axial', index: this.#at.axial, window: info.windows[0].window };
  }

  static async open(name, files, palette, hasNames, signal) {
    const info = await api.openVolume(files, signal);
    info.warnings = info.warnings.map(warning => api.withNames(warning, files));
    const opened = new VolumeSession(name, files, info, palette, hasNames);
    await opened.show({});
    return opened;
  }

  get state() { return this.history.present; }
  get bitmap() { return this.shown.bitmap; }
  get aspect() { return this.info.planes[this.shown.plane].aspect; }
  get title() { return `${this.name} · ${this.info.text}`; }
  get volumeName() { return this.name.replace(/(\.nii)?\.[^.]*$/, ''); }
  get fileName() { return `${this.volumeName}-${this.shown.plane}-${this.shown.index}`; }
  get letters() { return this.lettersOf(this.shown.plane); }
  get isUnsaved() { return this.state.objects.length > 0 && this.state.objects !== this.exported; }

  /** The steps of the current object on the slice. */
  get steps() {
    const { active } = this.state;
    return (active?.plane === this.shown.plane && active.prompts.get(this.shown.index)?.steps) || [];
  }

  /** The kept objects that are on the slice. */
  get visible() {
    return this.state.objects.map(({ key, name, score, color, ...object }) => {
      const mask = this.#maskOf(object);
      return mask && { key, name, score, color, mask, area: mask.area };
    }).filter(object => object);
  }

  get current() {
    const { active, objects } = this.state;
    if (!active) return null;
    const mask = this.#maskOf(active);
    const index = active.plane === this.shown.plane ? this.shown.index : null;
    return {
      prediction: track.predictionOn(active, index, mask), mask, name: active.name ?? track.nameOf(active),
      score: active.name || !this.hasNames ? null : track.scoreOf(active), color: freeColor(this.palette, objects),
      note: track.describe(active, this.info.voxelVolume), canKeep: track.hasMask(active),
    };
  }

  lettersOf(plane) { return this.info.isOrientationKnown ? sides[plane] : null; }

  /** The slice of a plane that is shown, or would be. */
  at(plane) { return this.#at[plane]; }

  /** That slice. */
  sideOf(plane) { return this.#images.get(plane, this.#at[plane], this.wanted.window); }

  /** All objects on a slice, the current one too. */
  masksOn(slice) {
    const { active, objects } = this.state;
    const current = active && { ...active, color: freeColor(this.palette, objects) };
    return [...objects, ...current ? [current] : []].map(({ key, color, ...object }) => ({ key, color, mask: this.#maskOf(object, slice) }))
      .filter(({ mask }) => mask).map(object => ({ ...object, name: '', score: null, area: object.mask.area }));
  }

  /** Goes to slices of several planes, { plane: index }; the plane that is shown stays. */
  go(indices) {
    for (const [plane, index] of Object.entries(indices)) this.#at[plane] = index;
    return this.show({});
  }

  /** Shows another slice, plane or window. */
  async show(change) {
    const plane = change.plane ?? this.wanted.plane;
    const most = this.info.planes[plane].slices - 1;
    const index = Math.max(0, Math.min(change.index ?? this.#at[plane], most));
    this.#at[plane] = index;
    this.wanted = { plane, index, window: change.window ?? this.wanted.window };
    if (this.shown) this.#changed();
    if (this.#isLoading) return; // whoever loads goes on until this is shown
    this.#isLoading = true;
    try {
      for (let before = null; before !== this.wanted;) {
        before = this.wanted;
        this.shown = await this.#images.get(before.plane, before.index, before.window);
        this.#changed();
      }
    } catch (failure) {
      if (this.shown) this.wanted = { plane: this.shown.plane, index: this.shown.index, window: this.shown.window };
      failure.message = api.withNames(failure.message, this.#files);
      throw failure;
    } finally {
      this.#isLoading = false;
    }
  }

  /** Goes on by a number of slices: up is towards the head, the front, or the patient's left. */
  turn(slices) {
    const { plane, index } = this.wanted;
    return this.show({ index: Math.max(0, Math.min(index + slices, this.info.planes[plane].slices - 1)) });
  }

  /** @param delta of a wheel's event */
  wheel(delta) {
    this.#wheel += delta;
    const direction = -Math.sign(this.#wheel);
    if (Math.abs(this.#wheel) < wheelStep) return null;
    this.#wheel = 0;
    return this.turn(direction);
  }

  /** Center and width of the window; null where they cannot be told. */
  get numbers() { return numbersOf(this.wanted.window, this.info, this.shown); }

  /** Makes the window wider, and its center higher, by pixels of the screen. */
  stretch(wider, higher) {
    const { numbers } = this;
    return numbers && !this.info.isColor ? this.show({ window: stretched(numbers, wider, higher) }) : null;
  }

  /** Adds a point or a box on the slice; a box restarts the slice. The state changes when the prediction arrives. */
  async add(step) {
    const { plane, index, window, image } = this.shown;
    const { active } = this.state;
    if (active && active.plane !== plane)
      throw new api.Problem(`The current object is marked on ${active.plane} slices. Go back to that plane, or keep the object first.`, 0);
    const before = this.#pending?.index === index ? this.#pending.steps : active ? track.stepsOn(active, index) : [];
    const steps = step.box ? [step] : [...before, step];
    this.#running?.abort();
    const running = this.#running = new AbortController();
    this.#pending = { index, steps };
    this.isWaiting = true;
    this.#changed();
    try {
      const prediction = await image.use(({ id }) => api.predict(id, steps, running.signal));
      if (running === this.#running)
        this.history.commit({ active: track.withPrompt(this.state.active ?? track.start(plane), index, steps, prediction, window) });
    } catch (failure) {
      if (failure.name !== 'AbortError') throw failure;
    } finally {
      if (running === this.#running) {
        this.stop();
        this.#changed();
      }
    }
  }

  /** Follows the current object from all its prompts. */
  async propagate(report, signal) {
    const { active } = this.state;
    const followed = await this.#follow(active, null, report, signal);
    if (this.state.active === active) this.#commit({ active: followed });
    return followed.result.warnings;
  }

  keep() {
    const { current, state } = this;
    if (!current?.canKeep) return null;
    const { name, score, color } = current;
    const kept = { ...state.active, key: `v${++keys}`, name, score, color };
    this.#commit({ active: null, objects: [...state.objects, kept] });
    return kept;
  }

  discard() {
    this.stop();
    if (this.state.active) this.#commit({ active: null });
    else this.#changed();
  }

  call(name) {
    this.#commit({ active: { ...this.state.active, name } });
  }

  /** Moves an object from the list back to the current object, and shows a slice where it was marked. */
  async refine(key) {
    const object = this.state.objects.find(object => object.key === key);
    const objects = this.state.objects.filter(other => other !== object);
    this.#commit({ active: { ...object, name: object.score === null && this.hasNames ? object.name : null }, objects });
    if (this.shown.plane !== object.plane || !track.maskOn(object, this.shown.index))
      await this.show({ plane: object.plane, index: [...object.prompts.keys()][0] });
  }

  remove(key) {
    this.#commit({ objects: this.state.objects.filter(object => object.key !== key) });
  }

  rename(key, name) {
    this.#commit({ objects: this.state.objects.map(object => object.key === key ? { ...object, name, score: null } : object) });
  }

  undo() { this.#travel(() => this.history.undo()); }

  redo() { this.#travel(() => this.history.redo()); }

  /** All kept objects in a file. Those that were not followed are exported on the slices where they were marked. */
  async labels(format, report, signal) {
    const objects = [];
    for (const object of this.state.objects) {
      const isFresh = track.isFresh(object, this.info.id);
      objects.push(isFresh ? object : await this.#follow(object, object.result ? null : 0, report, signal));
    }
    this.history.amend({ objects });
    this.#changed();
    return api.labels(this.info.id, objects.map(({ result, name }) => ({ result: result.result, name })), format);
  }

  /** Cancels the pending prediction. */
  stop() {
    this.#running?.abort();
    this.#running = this.#pending = null;
    this.isWaiting = false;
  }

  async #follow(object, mostSlices, report, signal) {
    const prompts = [...object.prompts].map(([slice, { steps }]) => ({ slice, steps }));
    const { plane, window } = object;
    this.seen = new Set();
    try {
      const found = await this.#use(id => api.propagate(id, { plane, window, prompts, mostSlices }, progress => {
        if (progress) this.seen.add(progress.slice);
        report(progress);
        this.#changed();
      }, signal));
      return track.withResult(object, found, this.info.id);
    } finally {
      this.seen = null;
      this.#changed();
    }
  }

  /** Its mask on a slice; on slices of another plane than its own the server cuts it. */
  #maskOf(object, { plane, index } = this.shown) {
    if (object.plane === plane) return track.maskOn(object, index);
    const { result } = object;
    if (result?.volume !== this.info.id) return null;
    const place = `${plane} ${index}`;
    if (!result.elsewhere.has(place)) {
      result.elsewhere.set(place, null);
      api.maskOf(this.info.id, result.result, plane, index).then(mask => {
        result.elsewhere.set(place, mask.area ? mask : null);
        this.#changed();
      }, () => result.elsewhere.delete(place));
    }
    return result.elsewhere.get(place);
  }

  /** Sends a request about the volume; uploads it again if the server has dropped it. */
  async #use(request) {
    const { id } = this.info;
    try {
      return await request(id);
    } catch (failure) {
      if (failure.status !== 404) throw failure;
      if (id === this.info.id) this.info.id = (await api.openVolume(this.#files)).id;
      return request(this.info.id);
    }
  }

  #travel(step) {
    this.stop();
    step();
    this.#changed();
  }

  #commit(change) {
    this.history.commit(change);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
