// Messages of the page: the model, long work, hints and problems.
import { Problem } from './api.js';

const $ = id => document.getElementById(id);
let hiding = 0;

/** Shows a message over the image; null removes it. Good news disappears by itself. */
export function toast(message, isGood = false) {
  clearTimeout(hiding);
  $('toast').textContent = message ?? '';
  $('toast').hidden = !message;
  $('toast').classList.toggle('good', isGood);
  if (isGood) hiding = setTimeout(() => toast(null), 5000);
}

/** Shows what to do next. */
export function hint(text) {
  $('hint').textContent = text;
  $('hint').hidden = false;
}

/** Wraps an action so that its errors are shown as messages. */
export const guarded = action => async (...values) => {
  try {
    await action(...values);
  } catch (failure) {
    if (failure.name !== 'AbortError') toast(failure.message);
    if (!(failure instanceof Problem) && failure.name !== 'AbortError') console.error(failure);
  }
};

/** Runs one long action at a time, with progress and a cancel button. */
export class Work {
  #stop = null;

  get isRunning() { return this.#stop !== null; }

  cancel() { this.#stop?.abort(); }

  report(done, text) {
    $('work-bar').removeAttribute('value');
    if (done !== null) $('work-bar').value = done;
    $('work-text').textContent = text;
  }

  /** Returns the action's result; throws AbortError if it is canceled. */
  async run(title, action) {
    this.#stop?.abort();
    const stop = this.#stop = new AbortController();
    const slow = setTimeout(() => { $('work').hidden = false; }, 150); // quick work needs no notice
    $('work-title').textContent = title;
    $('work-cancel').onclick = () => this.cancel();
    this.report(null, '');
    try {
      return await action(stop.signal);
    } finally {
      clearTimeout(slow);
      if (this.#stop === stop) {
        $('work').hidden = true;
        this.#stop = null;
      }
    }
  }
}

/** Shows the server's model; returns the status. */
export function showModel(status) {
  const { model } = status;
  $('model').textContent = `${model.name} · ${model.hasNames ? `${model.categories.length} categories` : 'masks without names'}`;
  $('model').title = model.categories.join(', ');
  const { pointsPerSide, predIouThreshold, stabilityScoreThreshold } = model.everything;
  const settings = { points: pointsPerSide, 'pred-iou': predIouThreshold, stability: stabilityScoreThreshold };
  for (const [id, value] of Object.entries(settings)) $(id).value ||= value;
  $('names').replaceChildren(...model.categories.map(value => Object.assign(document.createElement('option'), { value })));
  $('everything').disabled = false;
  return status;
}
