// The controls of a volume under its slice: plane, slice number and window, and a bar that shows where the object was followed.
import { guarded } from '../notices.js';
import { element } from '../panel.js';
import { stops } from './track.js';

const $ = id => document.getElementById(id);
const colors = { prompted: '#ffd640', followed: '#40beff', stopped: '#ff7070', seen: '#3b5d7c', none: '#1b212a' };
const thumb = 16; // width of the slider's thumb, whose center is the slice

export class VolumeBar {
  #session = null;

  constructor() {
    const show = guarded(change => this.#session?.show(change));
    for (const button of document.querySelectorAll('[data-plane]')) button.onclick = () => show({ plane: button.dataset.plane });
    $('slice').oninput = () => show({ index: Number($('slice').value) });
    $('window').onchange = () => show({ window: $('window').value });
    const bar = $('slice-bar');
    bar.onpointermove = event => { bar.title = this.#session ? this.#describe(this.#sliceAt(event)) : ''; };
    bar.onpointerdown = event => show({ index: this.#sliceAt(event) });
    new ResizeObserver(() => this.render()).observe(bar);
  }

  /** @param session a volume, or null */
  show(session) {
    this.#session = session;
    $('volume').hidden = !session;
    if (!session) return;
    const { windows, isColor } = session.info;
    $('window').replaceChildren(...windows.map(({ title, window }) => element('option', { value: window }, title)),
      element('option', { value: '', hidden: true }, 'Set by hand'));
    $('window').disabled = isColor;
    this.render();
  }

  render() {
    const session = this.#session;
    if (!session) return;
    const { plane, index, window } = session.wanted;
    const { slices } = session.info.planes[plane];
    for (const button of document.querySelectorAll('[data-plane]')) button.ariaPressed = String(button.dataset.plane === plane);
    $('slice').max = slices - 1;
    $('slice').value = index;
    $('slice-number').textContent = index;
    $('slice-count').textContent = `of 0–${slices - 1}`;
    $('window').value = session.info.windows.some(each => each.window === window) ? window : '';
    const { numbers } = session;
    $('window-numbers').textContent = !numbers || session.info.isColor ? '' : `C ${numbers.center}  W ${numbers.width}`;
    $('propagate').disabled = !session.state.active || session.isWaiting || session.seen !== null;
    this.#draw(slices);
    this.#renderLegend();
  }

  /** The object that the bar shows: the current one, else the one that was kept last. */
  get #object() {
    const { active, objects } = this.#session.state;
    return active ?? objects.at(-1) ?? null;
  }

  #kind(index) {
    const object = this.#object;
    const isHere = object?.plane === this.#session.wanted.plane;
    if (isHere && object.prompts.has(index)) return 'prompted';
    if (this.#session.seen) return this.#session.seen.has(index) ? 'seen' : 'none';
    if (!isHere) return 'none';
    return object.result?.slices.has(index) ? 'followed'
      : stops(object).some(stop => stop.index === index && !stop.isEnd) ? 'stopped' : 'none';
  }

  #describe(index) {
    const object = this.#object;
    const kind = this.#kind(index);
    const slice = object?.result?.slices.get(index);
    const figures = slice ? `, predicted IoU ${slice.predictedIoU.toFixed(2)}`
      + (slice.overlap === null ? '' : `, overlap with its neighbor ${slice.overlap.toFixed(2)}`) : '';
    return `Slice ${index}` + ({
      prompted: `: prompted${figures}`, followed: `: followed${figures}`, seen: ': segmented',
      stopped: `: stopped here, because ${stops(object ?? {}).find(stop => stop.index === index)?.reason}`,
    }[kind] ?? '');
  }

  #sliceAt(event) {
    const bounds = $('slice-bar').getBoundingClientRect();
    const most = Number($('slice').max);
    return Math.max(0, Math.min(most, Math.round((event.clientX - bounds.left - thumb / 2) / (bounds.width - thumb) * most)));
  }

  #draw(slices) {
    const bar = $('slice-bar');
    const [width, height] = [bar.clientWidth, bar.clientHeight];
    bar.width = Math.round(width * devicePixelRatio);
    bar.height = Math.round(height * devicePixelRatio);
    const context = bar.getContext('2d');
    context.scale(devicePixelRatio, devicePixelRatio);
    const step = (width - thumb) / Math.max(1, slices - 1);
    const each = Math.min(step, width - thumb);
    const order = ['none', 'seen', 'followed', 'prompted', 'stopped']; // what matters more is painted later, and at least 3 pixels wide
    const kinds = Array.from({ length: slices }, (_, index) => this.#kind(index));
    for (const kind of order) {
      context.fillStyle = colors[kind];
      const least = kind === 'none' ? 0 : kind === 'prompted' || kind === 'stopped' ? 3 : 1.5;
      kinds.forEach((found, index) => {
        if (found !== kind) return;
        const wide = Math.max(least, each - (each > 4 ? 1 : 0));
        context.fillRect(thumb / 2 + index * step - wide / 2, 0, wide, height);
      });
    }
  }

  #renderLegend() {
    const object = this.#object;
    const entry = (kind, text) => {
      const dot = element('span', { className: 'swatch' });
      dot.style.background = colors[kind];
      return element('span', { className: 'entry' }, dot, text);
    };
    const ends = object ? stops(object).map(({ index, side, reason, isEnd }) => {
      const last = side === 'below' ? index + 1 : index - 1;
      return isEnd ? element('span', {}, `Slice ${last}: ${reason}`) : entry('stopped', `Stopped after slice ${last}: ${reason}`);
    }) : [];
    const isElsewhere = object?.result && object.plane !== this.#session.wanted.plane;
    $('bar-legend').replaceChildren(...this.#session.seen ? [entry('prompted', 'Prompted'), entry('seen', 'Segmented so far')]
      : isElsewhere ? [`The object was followed through the ${object.plane} slices.`]
        : object ? [entry('prompted', 'Prompted'), ...object.result ? [entry('followed', 'Followed'), ...ends] : []]
          : ['Click an object, or drag a box around it; then propagate it through the volume.']);
  }
}
