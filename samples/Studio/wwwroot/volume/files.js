// Files that are dropped or chosen: an image, or a volume.

const isPrefix = (bytes, at, text) => [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

/** Whether the files are a volume: more than one, unless they are images, or one that begins as NIfTI, gzip, zip or DICOM do. */
export async function isVolume(files) {
  if (files.length > 1) return files.some(file => !file.type.startsWith('image/'));
  const bytes = new Uint8Array(await files[0].slice(0, 352).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const isNifti = bytes.length >= 4 && [true, false].some(isLittle => [348, 540].includes(view.getInt32(0, isLittle)));
  return isNifti || isPrefix(bytes, 0, '\x1f\x8b') || isPrefix(bytes, 0, 'PK\x03\x04') || isPrefix(bytes, 128, 'DICM');
}

/** The files that were dropped, also those in folders. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(entry => entry);
  return entries.length ? (await Promise.all(entries.map(filesIn))).flat() : [...transfer.files];
}

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const [reader, found] = [entry.createReader(), []];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed)); // a hundred at a time
    if (!some.length) return (await Promise.all(found.map(filesIn))).flat();
    found.push(...some);
  }
}
