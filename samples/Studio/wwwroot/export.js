// Exports the objects as a file.
import { exportFile } from './api.js';

const endings = { 'label-map': '-labels.png', coco: '-coco.json', picture: '-masks.png', labels: '-labels.nii.gz',
  segmentation: '-labels.dcm' };
const formats = { labels: 'nifti', segmentation: 'dicom' };

/** @param kind "label-map", "coco", "picture", or of a volume "labels" or "segmentation" */
export async function saveExport(kind, session, viewer, report, signal) {
  const blob = await (kind === 'picture' ? viewer.picture() : formats[kind] ? session.labels(formats[kind], report, signal)
    : ofImage(kind, session));
  const { objects } = session.state;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = (formats[kind] ? session.volumeName : session.fileName) + endings[kind];
  link.click();
  if (kind !== 'picture' || !session.isVolume) session.exported = objects; // a picture of a slice is not all of a volume
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const ofImage = (kind, session) => exportFile(kind, {
  fileName: session.name, width: session.bitmap.width, height: session.bitmap.height,
  objects: session.state.objects.map(({ name, score, counts }) => ({ category: name, score, counts })),
});
