// The other two planes beside the slice: lines show where the slices lie, and a click goes to a place.
import { guarded } from '../notices.js';
import { drawScene } from '../scene.js';

const $ = id => document.getElementById(id);
/** For each plane those whose slices its columns and its rows are. Only sagittal slices are counted as they lie in pictures. */
const across = { axial: ['sagittal', 'coronal'], coronal: ['sagittal', 'axial'], sagittal: ['coronal', 'axial'] };
const colors = { axial: '#ffd640', coronal: '#48e07a', sagittal: '#40beff' };

export class SideViews {
  #session = null;
  #views = [0, 1].map(number => {
    const canvas = $(`side-${number}`);
    canvas.onclick = guarded(event => this.#go(number, event));
    new ResizeObserver(() => this.render()).observe(canvas);
    return { canvas, plane: null, slice: null, place: null };
  });

  /** @param session a volume, or null */
  show(session) {
    this.#session = session;
    $('stage').classList.toggle('has-sides', Boolean(session));
    $('sides').hidden = !session;
    for (const view of this.#views) view.slice = null;
    this.render();
  }

  render() {
    const session = this.#session;
    if (!session) return;
    const others = Object.keys(across).filter(plane => plane !== session.wanted.plane);
    for (const [i, view] of this.#views.entries()) {
      view.plane = others[i];
      if (!view.canvas.clientWidth) continue; // narrow screens have no place for it
      view.canvas.ariaLabel = `${others[i]} slice: a click goes to a place`;
      this.#fetch(session, view);
      this.#draw(session, view);
    }
  }

  #fetch(session, view) {
    const { plane } = view;
    const place = `${plane} ${session.at(plane)} ${session.wanted.window}`;
    if (view.place === place && view.slice) return;
    view.place = place;
    session.sideOf(plane).then(slice => {
      if (view.place !== place || session !== this.#session) return; // another is wanted by now
      view.slice = slice;
      this.#draw(session, view);
    }, () => { view.place = null; }); // the slice itself says what is wrong
  }

  #draw(session, view) {
    const { canvas, slice, plane } = view;
    const { clientWidth, clientHeight } = canvas;
    [canvas.width, canvas.height] = [clientWidth, clientHeight].map(side => Math.round(side * devicePixelRatio));
    const context = canvas.getContext('2d');
    if (slice?.plane !== plane) return;
    const { bitmap } = slice;
    const { aspect } = session.info.planes[plane];
    const scale = Math.min(clientWidth / bitmap.width, clientHeight / (bitmap.height * aspect));
    view.box = { scale, aspect, x: (clientWidth - bitmap.width * scale) / 2, y: (clientHeight - bitmap.height * aspect * scale) / 2 };
    drawScene(context, bitmap, view.box,
      { objects: session.masksOn(slice), steps: [], letters: session.lettersOf(plane) }, devicePixelRatio, canvas);
    across[plane].forEach((other, axis) => this.#line(context, view, session, other, axis));
  }

  #line(context, { box, slice: { bitmap } }, session, other, axis) {
    const size = axis ? bitmap.height : bitmap.width;
    const at = (turned(other, session.at(other), size) + 0.5) * box.scale * (axis ? box.aspect : 1);
    const [width, height] = [bitmap.width * box.scale, bitmap.height * box.scale * box.aspect];
    context.strokeStyle = colors[other];
    context.lineWidth = 1;
    context.globalAlpha = 0.8;
    context.beginPath();
    context.moveTo(box.x + (axis ? 0 : at), box.y + (axis ? at : 0));
    context.lineTo(box.x + (axis ? width : at), box.y + (axis ? at : height));
    context.stroke();
    context.globalAlpha = 1;
  }

  #go(number, { offsetX, offsetY }) {
    const { plane, slice, box } = this.#views[number];
    if (slice?.plane !== plane) return null;
    const sizes = [slice.bitmap.width, slice.bitmap.height];
    const places = [(offsetX - box.x) / box.scale, (offsetY - box.y) / (box.scale * box.aspect)];
    return this.#session.go(Object.fromEntries(across[plane].map((other, axis) =>
      [other, turned(other, Math.max(0, Math.min(Math.floor(places[axis]), sizes[axis] - 1)), sizes[axis])])));
  }
}

const turned = (plane, index, size) => plane === 'sagittal' ? index : size - 1 - index;
