// Entry point: connects the elements of the page to the workspace and its tools.
import * as api from './api.js';
import { saveExport } from './export.js';
import { openGallery } from './gallery.js';
import { listenToKeys } from './keys.js';
import { guarded, showModel } from './notices.js';
import { listen } from './pointer.js';
import { Viewer } from './viewer.js';
import { dropped, isVolume } from './volume/files.js';
import { Workspace } from './workspace.js';

const $ = id => document.getElementById(id);
const canvas = $('viewer');
const viewer = new Viewer(canvas);
const workspace = new Workspace(canvas, viewer, showModel(await api.status()));
const { tools } = workspace;

listen(canvas, viewer, {
  click: (point, isNegative) => tools.press(point, isNegative),
  box: box => tools.drag(box),
  draft: box => { viewer.scene.draft = box; viewer.draw(); },
  hover: point => tools.hover(point),
  turn: delta => workspace.onVolume(volume => volume.wheel(delta)),
  stretch: (right, down) => workspace.onVolume(volume => volume.stretch(right, down)),
});
listenToKeys(canvas, {
  tool: name => tools.select(name), keep: () => workspace.keep(), cancel: () => workspace.cancel(),
  everything: () => workspace.segmentEverything(), undo: () => workspace.session?.undo(), redo: () => workspace.session?.redo(),
  open: () => $('file').click(), zoom: factor => viewer.zoom(factor), fit: () => viewer.fit(), help: () => $('help').showModal(),
  press: isNegative => tools.pressAtCrosshair(isNegative), step: (dx, dy, isFine) => tools.moveCrosshair(dx, dy, isFine),
  turn: slices => workspace.onVolume(volume => volume.turn(slices)), propagate: () => workspace.propagate(),
});
// Only the crosshair: rendering the panel while one of its buttons is pressed would remove the button.
for (const event of ['focus', 'blur']) canvas.addEventListener(event, () => {
  viewer.scene.crosshair = event === 'focus' ? tools.crosshair : null;
  viewer.draw();
});

for (const button of document.querySelectorAll('[data-tool]')) button.onclick = () => tools.select(button.dataset.tool);
$('undo').onclick = () => workspace.session?.undo();
$('redo').onclick = () => workspace.session?.redo();
$('fit').onclick = () => viewer.fit();
$('everything').onclick = () => workspace.segmentEverything();
$('help-button').onclick = () => $('help').showModal();
$('open').onclick = () => $('file').click();
$('file').onchange = () => { openFiles([...$('file').files]); $('file').value = ''; };
$('propagate').onclick = () => workspace.propagate();
for (const kind of ['label-map', 'coco', 'picture'])
  $(`export-${kind}`).onclick = guarded(() => saveExport(kind, workspace.session, viewer));
for (const kind of ['labels', 'segmentation'])
  $(`export-${kind}`).onclick = () => workspace.save((report, signal) => saveExport(kind, workspace.session, viewer, report, signal));

addEventListener('beforeunload', event => { if (workspace.isUnsaved) event.preventDefault(); });
document.addEventListener('paste', event => openFiles([...event.clipboardData.files]));
document.addEventListener('dragover', event => { event.preventDefault(); $('drop').hidden = false; });
document.addEventListener('dragleave', event => { if (!event.relatedTarget) $('drop').hidden = true; });
document.addEventListener('drop', guarded(async event => {
  event.preventDefault();
  $('drop').hidden = true;
  openFiles(await dropped(event.dataTransfer));
}));

workspace.gallery = await openGallery(guarded(async (name, fetchBlob) => {
  if (!workspace.reopen(name)) await workspace.open(await fetchBlob(), name, name);
}));
await workspace.gallery.first();
if (workspace.model.noPoints) tools.select('box');

async function openFiles(files) {
  const [file, ...others] = files;
  if (!file) return;
  const key = `${file.name} ${file.size} ${file.lastModified} ${others.length}`;
  const name = others.length ? `${file.name} and ${others.length} more` : file.name || 'pasted image';
  if (await isVolume(files)) workspace.openVolume(files, name, key);
  else workspace.open(file, file.name || 'pasted image', key);
}
