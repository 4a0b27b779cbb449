// The open images, the one that is shown, and the panel beside it.
import * as api from './api.js';
import { guarded, hint, toast, Work } from './notices.js';
import { renderCard, renderObjects, spoken } from './panel.js';
import { Session } from './session.js';
import { Tools } from './tools.js';

const $ = id => document.getElementById(id);

export class Workspace {
  /** The session of the image that is shown; null before the first image. */
  session = null;
  gallery = null;
  #sessions = new Map(); // by sample or file, so that returning to an image finds its objects
  #selected = null;
  #work = new Work();

  constructor(canvas, viewer, status) {
    Object.assign(this, { viewer, status, tools: new Tools(this, canvas) });
  }

  /** Whether objects would be lost with the page. */
  get isUnsaved() { return [...this.#sessions.values()].some(session => session.isUnsaved); }

  get model() { return this.status.model; }

  /** Opens an image; key identifies the sample or file. */
  open = guarded(async (blob, name, key) => {
    if (this.reopen(key)) return;
    const { uploadBytes, pixels } = this.status.limits;
    if (blob.size > uploadBytes)
      throw new api.Problem(`The file has ${(blob.size / 1e6).toFixed(1)} MB; at most ${uploadBytes / 1e6} MB are allowed. `
        + 'Use a smaller file, or start Studio with a higher --max-upload.', 413);
    blob = await api.asSeen(blob);
    const bitmap = await createImageBitmap(blob).catch(() => null);
    if (bitmap && bitmap.width * bitmap.height > pixels)
      throw new api.Problem(`The image has ${bitmap.width} x ${bitmap.height} pixels; at most ${pixels / 1e6} megapixels are allowed. `
        + 'Use a smaller image, or start Studio with a higher --max-pixels.', 413);
    if (!bitmap) {
      await api.upload(blob); // the server says what is wrong with it
      throw new api.Problem('The browser cannot show this image. Save it as PNG.', 0);
    }
    const opened = new Session(name, blob, bitmap, this.status.palette, this.model.hasNames);
    opened.addEventListener('change', () => opened === this.session && this.render());
    await this.#work.run('Preparing the image', signal => opened.encode(signal));
    this.#sessions.set(key, opened);
    this.#show(opened);
  });

  /** Shows an image that is already open, with its objects; false if it is not. */
  reopen(key) {
    const session = this.#sessions.get(key);
    if (session) this.#show(session);
    return Boolean(session);
  }

  keep() {
    const kept = this.session?.keep();
    if (kept) {
      this.tools.clearCorner();
      $('live').textContent = `Kept ${kept.name}.`;
    }
  }

  cancel() {
    if (this.#work.isRunning) return this.#work.cancel();
    toast(null);
    if (this.tools.hasCorner) {
      this.tools.clearCorner();
      this.render();
    } else {
      this.session?.discard();
    }
  }

  segmentEverything = guarded(async () => {
    const { session, model } = this;
    if (!session || this.#work.isRunning) return;
    if (model.noPoints) throw new api.Problem(model.noPoints, 0);
    const number = id => $(id).value === '' ? null : Number($(id).value);
    const settings = {
      pointsPerSide: number('points'), predIouThreshold: number('pred-iou'), stabilityScoreThreshold: number('stability'),
    };
    const added = await this.#work.run('Segmenting everything', signal => session.everything(settings, report => {
      if (report) this.#work.report(report.done / report.total, report.description);
      else this.#work.report(null, 'Starting');
    }, signal));
    toast(added ? `${added} ${added === 1 ? 'object' : 'objects'} found.`
      : 'Nothing new was found. Lower the minimum predicted IoU or stability in the settings, or use more points.', added > 0);
  });

  render() {
    if (!this.session) return;
    const { session, tools, viewer } = this;
    const { state, current, history } = session;
    viewer.scene = { objects: state.objects, selected: this.#selected, current, steps: state.steps, ...tools.scene };
    viewer.draw();
    renderCard($('card'), current, session.isWaiting, this.model.hasNames, state.objects,
      { keep: () => this.keep(), discard: () => this.cancel(), rename: name => session.call(name) });
    renderObjects($('objects'), state.objects, this.#selected, {
      select: key => this.#select(key), rename: (key, name) => session.rename(key, name), remove: key => session.remove(key),
      refine: guarded(key => session.refine(key)),
    });
    if (!session.isWaiting && current) $('live').textContent = spoken(current);
    $('count').textContent = state.objects.length;
    $('no-objects').hidden = state.objects.length > 0;
    $('undo').disabled = !history.canUndo;
    $('redo').disabled = !history.canRedo;
    for (const button of document.querySelectorAll('#export button')) button.disabled = !state.objects.length;
    document.body.classList.toggle('has-current', state.steps.length > 0);
    $('hint').hidden = state.steps.length > 0 && !tools.hasCorner;
  }

  #show(next) {
    this.session?.stop();
    this.session = next;
    this.#selected = null;
    this.tools.clear();
    this.viewer.show(next.bitmap);
    this.gallery?.mark(next.name);
    $('image-name').textContent = `${next.name} · ${next.bitmap.width} × ${next.bitmap.height}`;
    hint(this.model.noPoints ? 'Drag a box around an object' : 'Click an object, or drag a box around it');
    this.render();
  }

  #select(key) {
    if (this.#selected === key) return;
    this.#selected = key;
    for (const row of $('objects').children) row.classList.toggle('selected', row.dataset.key === key);
    this.viewer.scene.selected = key;
    this.viewer.draw();
  }
}
