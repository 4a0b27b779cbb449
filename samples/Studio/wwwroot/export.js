// Exports the objects as a file.
import { exportFile } from './api.js';

/** @param kind "label-map", "coco" or "picture" */
export async function saveExport(kind, session, viewer) {
  const { objects } = session.state;
  const body = {
    fileName: session.name, width: session.bitmap.width, height: session.bitmap.height,
    objects: objects.map(({ name, score, counts }) => ({ category: name, score, counts })),
  };
  const blob = kind === 'picture' ? await viewer.picture() : await exportFile(kind, body);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = session.name.replace(/\.[^.]*$/, '') + { 'label-map': '-labels.png', coco: '-coco.json', picture: '-masks.png' }[kind];
  link.click();
  session.exported = objects;
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
