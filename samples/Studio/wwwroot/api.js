// All requests to the server. Failures are thrown as Problem, with a message for people.

export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export const status = () => getJson('api/status');
export const samples = () => getJson('api/samples');
export const sampleUrl = name => `api/samples/${name}`;

/** Uploads an image; returns its id and size. */
export const upload = (blob, signal) => getJson('api/images', binary(blob, signal));

/** The file as the model sees it, where browsers may differ: 16-bit PNG (they show only the high byte), or PNG rotated by EXIF. */
export async function asSeen(blob) {
  const bytes = new Uint8Array(await blob.slice(0, 1 << 16).arrayBuffer());
  const text = String.fromCharCode(...bytes.subarray(0, 8)) === '\x89PNG\r\n\x1a\n' ? new TextDecoder('latin1').decode(bytes) : '';
  if (!text || (bytes[24] !== 16 && !text.includes('eXIf'))) return blob;
  return (await send('api/pictures', binary(blob))).blob();
}

/** Predicts the object that the steps (points and boxes, in order) mark. */
export const predict = (id, steps, signal) => getJson(`api/images/${id}/predict`, json({ steps }, signal));

/** Finds all objects; reports { done, points, masks } as progress, or null while waiting. */
export const everything = (id, settings, report, signal) => follow(`api/images/${id}/everything`, json(settings, signal), report, 'masks');

/** Opens a volume; its answer describes it. */
export async function openVolume(files, signal) {
  const body = new FormData();
  for (const file of files) body.append('file', file, 'file'); // the server gives them names of its own
  try {
    return await getJson('api/volumes', { method: 'POST', body, signal });
  } catch (failure) {
    failure.message = withNames(failure.message, files);
    throw failure;
  }
}

/** The server's names of files, file-1 and so on, as the user knows them. */
export const withNames = (text, files) => files.length < 2 ? text.replace("'file-1': ", '')
  : text.replace(/\bfile-(\d+)\b/g, (name, number) => files[number - 1]?.name ?? name);

export const closeVolume = id => send(`api/volumes/${id}`, { method: 'DELETE', keepalive: true }).catch(() => {});

/** A slice as PNG, and the center and width that its window amounts to: null where it cannot be told. */
export async function slice(id, plane, index, window, signal) {
  const response = await send(`api/volumes/${id}/slices/${plane}/${index}?window=${encodeURIComponent(window)}`, { signal });
  const number = name => response.headers.has(name) ? Number(response.headers.get(name)) : null;
  return { blob: await response.blob(), center: number('Window-Center'), width: number('Window-Width') };
}

/** Follows an object from its prompts through the volume; reports { slice, done }, or null while waiting. */
export const propagate = (id, request, report, signal) =>
  follow(`api/volumes/${id}/propagate`, json(request, signal), report, 'object');

/** The mask of a followed object on a slice of any plane. */
export const maskOf = (id, result, plane, index) => getJson(`api/volumes/${id}/results/${result}/masks/${plane}/${index}`);

/** Objects, each { result, name }, as labels in a file; format "nifti" or "dicom". */
export const labels = async (id, objects, format) => (await send(`api/volumes/${id}/labels`, json({ objects, format }))).blob();

/** Long work: reports its progress, or null while it waits; returns the data of its last event. */
async function follow(url, options, report, last) {
  const response = await send(url, options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read().catch(failure => {
      throw failure.name === 'AbortError' ? failure : new Problem('The server stopped before the end. Try again.', 0);
    });
    text += value ?? '';
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      const kind = /^event: (.*)$/m.exec(event)?.[1];
      const data = JSON.parse(event.match(/^data: ?(.*)$/m)[1]);
      if (kind === last) return data;
      if (kind === 'problem') throw new Problem(data.detail, 400);
      report(kind === 'progress' ? data : null);
    }
    if (done) throw new Problem('The server stopped before the end. Try again.', 0);
  }
}

/** The bytes of an export: kind is "coco" or "label-map". */
export const exportFile = async (kind, body) => (await send(`api/export/${kind}`, json(body))).blob();

const post = (type, body, signal) => ({ method: 'POST', body, headers: { 'Content-Type': type }, signal });
const binary = (blob, signal) => post('application/octet-stream', blob, signal);
const json = (body, signal) => post('application/json', JSON.stringify(body), signal);
const getJson = async (url, options) => (await send(url, options)).json();

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Problem('The server does not respond. Is Studio still running?', 0);
  }
  if (response.ok) return response;
  const details = await response.json().catch(() => null);
  throw new Problem(details?.detail ?? `The server responded with ${response.status} ${response.statusText}.`, response.status);
}
