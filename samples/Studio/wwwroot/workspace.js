// The open images, the one that is shown, and the panel beside it.
import * as api from './api.js';
import { guarded, hint, toast, Work } from './notices.js';
import { renderCard, renderObjects, spoken } from './panel.js';
import { Session } from './session.js';
import { Tools } from './tools.js';
import { VolumeBar } from './volume/bar.js';
import { SideViews } from './volume/views.js';
import { VolumeSession } from './volume/volume.js';

const $ = id => document.getElementById(id);

export class Workspace {
  /** The session of the image that is shown; null before the first image. */
  session = null;
  gallery = null;
  #sessions = new Map(); // by sample or file, so that returning to an image finds its objects
  #selected = null;
  #work = new Work();
  #bar = new VolumeBar();
  #sides = new SideViews();

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

  /** Opens the files of a volume; key identifies them. */
  openVolume = guarded(async (files, name, key) => {
    if (this.reopen(key)) return;
    const [bytes, most] = [files.reduce((sum, file) => sum + file.size, 0), this.status.limits.volumeBytes];
    if (bytes > most)
      throw new api.Problem(`The files have ${(bytes / 1e6).toFixed(1)} MB; at most ${most / 1e6} MB are allowed. `
        + 'Use a smaller volume, or start Studio with a higher --max-volume.', 413);
    const opened = await this.#work.run('Opening the volume',
      signal => VolumeSession.open(name, files, this.status.palette, this.model.hasNames, signal));
    opened.addEventListener('change', () => opened === this.session && this.render());
    addEventListener('pagehide', event => { if (!event.persisted) api.closeVolume(opened.info.id); });
    this.#sessions.set(key, opened);
    this.#show(opened);
    if (opened.info.warnings.length) toast(opened.info.warnings.join(' '));
  });

  /** Follows the current object through the volume. */
  propagate = guarded(async () => {
    const { session } = this;
    if (!session?.isVolume || !session.state.active || this.#work.isRunning) return;
    toast(null);
    const warnings = await this.#work.run('Propagating', signal => session.propagate(report => this.#report(report), signal));
    if (warnings?.length) toast(warnings.join(' '));
  });

  /** Saves an export of a volume, which may have to follow objects first. */
  save = guarded(async save => {
    if (this.#work.isRunning) return;
    await this.#work.run('Exporting', signal => save(report => this.#report(report), signal));
  });

  /** Runs an action on the volume that is shown; false if none is. */
  onVolume(action) {
    if (!this.session?.isVolume) return false;
    guarded(() => action(this.session))();
    return true;
  }

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
    if (!session || session.isVolume || this.#work.isRunning) return;
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
    if (viewer.bitmap !== session.bitmap) viewer.exchange(session.bitmap, session.aspect);
    const { visible, steps, letters } = session;
    viewer.scene = { objects: visible, selected: this.#selected, current, steps, letters, ...tools.scene };
    viewer.draw();
    this.#bar.render();
    this.#sides.render();
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
    document.body.classList.toggle('has-current', current !== null);
    $('hint').hidden = (session.isVolume || steps.length > 0) && !tools.hasCorner;
  }

  #show(next) {
    this.session?.stop();
    this.session = next;
    this.#selected = null;
    this.tools.clear();
    this.viewer.show(next.bitmap, next.aspect);
    this.gallery?.mark(next.name);
    $('image-name').textContent = next.title;
    for (const node of document.querySelectorAll('.of-images')) node.hidden = next.isVolume;
    for (const node of document.querySelectorAll('.of-volumes')) node.hidden = !next.isVolume;
    $('export-segmentation').hidden = !next.info?.isDicom;
    this.#bar.show(next.isVolume ? next : null);
    this.#sides.show(next.isVolume ? next : null);
    hint(this.model.noPoints ? 'Drag a box around an object' : 'Click an object, or drag a box around it');
    this.render();
  }

  #report(report) {
    this.#work.report(null, report ? `Slice ${report.slice}, ${report.done} done` : 'Starting');
  }

  #select(key) {
    if (this.#selected === key) return;
    this.#selected = key;
    for (const row of $('objects').children) row.classList.toggle('selected', row.dataset.key === key);
    this.viewer.scene.selected = key;
    this.viewer.draw();
  }
}
