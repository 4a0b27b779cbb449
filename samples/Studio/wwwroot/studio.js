// Puts the page together: what the user does goes to the session, what the session becomes is drawn.
import * as api from './api.js';
import { saveExport } from './export.js';
import { openGallery } from './gallery.js';
import { listenToKeys } from './keys.js';
import { listen } from './pointer.js';
import { renderCard, renderObjects, spoken } from './panel.js';
import { Session } from './session.js';
import { Viewer } from './viewer.js';
import { showModel, Work, toast } from './notices.js';

const $ = id => document.getElementById(id);
const canvas = $('viewer');
const viewer = new Viewer(canvas);
const work = new Work();
const sessions = new Map(); // by name of the sample or file, so that coming back finds everything as it was
let status = await waitForModel();
let session = null;
let tool = 'add';
let crosshair = null; // the keyboard's pointer, shown once an arrow was pressed
let corner = null; // the first of a box that is set by clicks
let selected = null;

// ---- what the user does ----

const guarded = action => async (...values) => {
  try {
    await action(...values);
  } catch (failure) {
    if (failure.name !== 'AbortError') toast(failure.message);
    if (!(failure instanceof api.Problem) && failure.name !== 'AbortError') console.error(failure);
  }
};
const round = values => values.map(value => Math.round(10 * value) / 10);

function requireModel() {
  if (!status.model) throw new api.Problem(status.phase === 'failed' ? status.message : 'The model is still being trained; it will be ready soon.', 0);
}

const press = guarded(async (point, isNegative) => {
  if (!session) return;
  requireModel();
  toast(null);
  if (tool !== 'box' || isNegative) {
    if (status.model.noClicks) throw new api.Problem('This model was trained with boxes alone and knows no clicks. Drag a box around the object.', 0);
    return session.add({ click: round(point), on: tool !== 'remove' && !isNegative });
  }
  if (!corner) {
    corner = point;
    hint('Now the opposite corner');
    return render();
  }
  const box = [Math.min(corner[0], point[0]), Math.min(corner[1], point[1]), Math.max(corner[0], point[0]), Math.max(corner[1], point[1])];
  if (box[2] - box[0] < 1 || box[3] - box[1] < 1) return;
  await drag(box);
});

const drag = guarded(async box => {
  if (!session) return;
  requireModel();
  toast(null);
  corner = null;
  await session.add({ box: round(box) });
});

function keep() {
  const kept = session?.keep();
  if (kept) {
    corner = null;
    $('live').textContent = `Kept ${kept.name}.`;
  }
}

function cancel() {
  if (work.isRunning) return work.cancel();
  toast(null);
  if (corner) {
    corner = null;
    render();
  } else {
    session?.discard();
  }
}

const segmentEverything = guarded(async () => {
  if (!session || !status.model || work.isRunning) return;
  if (status.model.noClicks) throw new api.Problem(status.model.noClicks, 0);
  const number = id => $(id).value === '' ? null : Number($(id).value);
  const settings = { pointsPerSide: number('points'), quality: number('quality'), stability: number('stability') };
  const asked = session;
  const added = await work.run('Segmenting everything', signal => asked.everything(settings, report => {
    if (report) work.report(report.done / report.points, `${report.done} of ${report.points} points, ${report.masks} masks so far`);
    else work.report(null, 'Starting');
  }, signal));
  toast(added ? `${added} ${added === 1 ? 'object' : 'objects'} found.`
    : 'Nothing new was found. Lower the least quality or stability in the settings, or set more points.', added > 0);
});

const open = guarded(async (blob, name, key) => {
  if (sessions.has(key)) return show(sessions.get(key)); // with all that was made of it
  const { uploadBytes, pixels } = status.limits;
  if (blob.size > uploadBytes)
    throw new api.Problem(`The file has ${(blob.size / 1e6).toFixed(1)} MB; at most ${uploadBytes / 1e6} MB are allowed. `
      + 'Make it smaller, or start Studio with a higher --max-upload.', 413);
  blob = await api.asSeen(blob);
  const bitmap = await createImageBitmap(blob).catch(() => null);
  if (bitmap && bitmap.width * bitmap.height > pixels)
    throw new api.Problem(`The image has ${bitmap.width} x ${bitmap.height} pixels; at most ${pixels / 1e6} megapixels are allowed. `
      + 'Make it smaller, or start Studio with a higher --max-pixels.', 413);
  if (!bitmap) {
    await api.upload(blob); // the server says what is wrong with it
    throw new api.Problem('The browser can’t show this image. Save it as PNG.', 0);
  }
  const opened = new Session(name, blob, bitmap, status.palette, status.model?.hasNames ?? true);
  opened.addEventListener('change', () => opened === session && render());
  if (status.model) await work.run('Preparing the image', signal => opened.encode(signal));
  sessions.set(key, opened);
  show(opened);
});

function show(next) {
  session?.stop();
  session = next;
  [crosshair, corner, selected] = [null, null, null];
  viewer.show(session.bitmap);
  gallery.mark(session.name);
  $('image-name').textContent = `${session.name} · ${session.bitmap.width} × ${session.bitmap.height}`;
  hint(status.model?.noClicks ? 'Drag a box around an object' : 'Click an object, or drag a box around it');
  render();
}

// ---- what is drawn ----

function render() {
  if (!session) return;
  const { state, current, history } = session;
  viewer.scene = {
    objects: state.objects, selected, current, steps: state.steps, crosshair: document.activeElement === canvas ? crosshair : null,
    draft: corner && crosshair ? [...corner, ...crosshair] : corner ? [corner[0] - 1, corner[1] - 1, corner[0] + 1, corner[1] + 1] : null,
  };
  viewer.draw();
  renderCard($('card'), current, session.isWaiting, status.model?.hasNames, state.objects, { keep, discard: cancel, rename: name => session.call(name) });
  renderObjects($('objects'), state.objects, selected, {
    select, rename: (key, name) => session.rename(key, name), remove: key => session.remove(key), refine: guarded(key => session.refine(key)),
  });
  if (!session.isWaiting && current) $('live').textContent = spoken(current);
  $('count').textContent = state.objects.length;
  $('no-objects').hidden = state.objects.length > 0;
  $('undo').disabled = !history.canUndo;
  $('redo').disabled = !history.canRedo;
  for (const button of document.querySelectorAll('#export button')) button.disabled = !state.objects.length;
  document.body.classList.toggle('has-current', state.steps.length > 0);
  $('hint').hidden = state.steps.length > 0 && !corner;
}

function select(key) {
  if (selected === key) return;
  selected = key;
  for (const row of $('objects').children) row.classList.toggle('selected', row.dataset.key === key);
  viewer.scene.selected = key;
  viewer.draw();
}

function hint(text) {
  $('hint').textContent = text;
  $('hint').hidden = false;
}

function setTool(name) {
  tool = name;
  corner = null;
  for (const button of document.querySelectorAll('[data-tool]')) button.ariaPressed = String(button.dataset.tool === name);
  canvas.dataset.tool = name;
  render();
}

// ---- wiring ----

listen(canvas, viewer, {
  click: (point, isNegative) => press(point, isNegative),
  box: drag,
  draft: box => { viewer.scene.draft = box; viewer.draw(); },
  hover: point => {
    $('readout').textContent = point ? point.map(Math.floor).join(', ') : '';
    if (corner && point) {
      viewer.scene.draft = [...corner, ...point];
      viewer.draw();
    }
  },
});
listenToKeys(canvas, {
  tool: setTool, keep, cancel, everything: segmentEverything, undo: () => session?.undo(), redo: () => session?.redo(), open: () => $('file').click(),
  zoom: factor => viewer.zoom(factor), fit: () => viewer.fit(), help: () => $('help').showModal(),
  press: isNegative => press(crosshair ?? center(), isNegative),
  step(dx, dy, isFine) {
    if (!session) return;
    const [x, y] = crosshair ?? center();
    const pixels = isFine ? 1 : Math.max(1, Math.round(8 / viewer.scale));
    crosshair = [Math.min(viewer.size.width, Math.max(0, x + dx * pixels)), Math.min(viewer.size.height, Math.max(0, y + dy * pixels))];
    $('readout').textContent = crosshair.map(Math.floor).join(', ');
    viewer.reveal(crosshair);
    render();
  },
});
const center = () => [Math.round(viewer.size.width / 2), Math.round(viewer.size.height / 2)];
// The crosshair alone: to render the panel while a button of it is being pressed would take the button away.
for (const event of ['focus', 'blur']) canvas.addEventListener(event, () => {
  viewer.scene.crosshair = event === 'focus' ? crosshair : null;
  viewer.draw();
});

for (const button of document.querySelectorAll('[data-tool]')) button.onclick = () => setTool(button.dataset.tool);
$('undo').onclick = () => session?.undo();
$('redo').onclick = () => session?.redo();
$('fit').onclick = () => viewer.fit();
$('everything').onclick = segmentEverything;
$('help-button').onclick = () => $('help').showModal();
$('open').onclick = () => $('file').click();
$('file').onchange = () => { openFile($('file').files[0]); $('file').value = ''; };
for (const kind of ['label-map', 'coco', 'picture'])
  $(`export-${kind}`).onclick = guarded(() => saveExport(kind, session, viewer));

addEventListener('beforeunload', event => { if ([...sessions.values()].some(each => each.isUnsaved)) event.preventDefault(); });

const openFile = file => file && open(file, file.name || 'pasted image', `${file.name} ${file.size} ${file.lastModified}`);
document.addEventListener('paste', event => openFile(event.clipboardData.files[0]));
document.addEventListener('dragover', event => { event.preventDefault(); $('drop').hidden = false; });
document.addEventListener('dragleave', event => { if (!event.relatedTarget) $('drop').hidden = true; });
document.addEventListener('drop', event => { event.preventDefault(); $('drop').hidden = true; openFile(event.dataTransfer.files[0]); });

const gallery = await openGallery(guarded(async (name, fetchBlob) => {
  if (sessions.has(name)) show(sessions.get(name));
  else await open(await fetchBlob(), name, name);
}));
await gallery.first();
if (status.model?.noClicks) setTool('box');

/** Shows how far the model is until it is ready. */
async function waitForModel() {
  const now = await showModel(await api.status());
  if (now.phase === 'training') setTimeout(watch, 1000);
  return now;
}

async function watch() {
  status = await showModel(await api.status().catch(() => status));
  if (status.phase === 'training') return setTimeout(watch, 1000);
  for (const each of sessions.values()) each.hasNames = status.model?.hasNames ?? true;
  if (session) show(session);
  if (status.model?.noClicks) setTool('box');
}
