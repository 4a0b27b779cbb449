// An object of a volume: its prompts by slice, and what the server found when it followed them. Immutable, but for the cache of masks.

/** Without prompts yet, on slices of one plane. */
export const start = plane => ({ plane, prompts: new Map(), result: null, name: null, window: null });

/** With the steps on one slice in place of those before. */
export const withPrompt = (track, index, steps, prediction, window) =>
  ({ ...track, window, prompts: new Map(track.prompts).set(index, { steps, prediction }) });

/** @param volume the server's id of the volume: results of another one are gone */
export const withResult = (track, found, volume) => ({
  ...track,
  result: { ...found, volume, prompts: track.prompts, slices: new Map(found.slices.map(each => [each.slice, each])), elsewhere: new Map() },
});

/** Whether the result is that of the prompts. */
export const isFresh = ({ result, prompts }, volume) => result?.prompts === prompts && result.volume === volume;

/** Its mask on a slice of its own plane; null where it has none. */
export function maskOn({ prompts, result }, index) {
  const mask = prompts.get(index)?.prediction ?? result?.slices.get(index)?.mask;
  return mask?.area ? mask : null;
}

/** The steps that a click on a slice continues: its own, or the box around the mask that was followed to it. */
export function stepsOn(track, index) {
  const own = track.prompts.get(index)?.steps;
  const mask = own ? null : maskOn(track, index);
  if (!mask) return own ?? [];
  const [x, y, width, height] = mask.bbox;
  return [{ box: [x, y, x + width, y + height] }];
}

const latest = ({ prompts }) => [...prompts.values()].at(-1).prediction;

export const nameOf = track => track.result?.category || latest(track).category;

export const scoreOf = track => track.result?.score ?? latest(track).score;

/** What the card shows: the prediction for the slice's prompt, or what is known of the object as a whole. */
export function predictionOn(track, index, mask) {
  const own = index === null ? null : track.prompts.get(index)?.prediction;
  const { result, prompts } = track;
  if (own) return result?.prompts === prompts ? { ...own, class_scores: result.shares, category: nameOf(track) } : own;
  const scores = result ? { class_scores: result.shares, presence_scores: {} } : latest(track);
  const iou = result?.slices.get(index)?.predictedIoU ?? latest(track).predicted_iou;
  return { ...scores, category: nameOf(track), score: scoreOf(track), predicted_iou: iou, area: mask?.area ?? 0 };
}

/** Whether it has a mask anywhere. */
export const hasMask = ({ prompts, result }) =>
  [...prompts.values()].some(({ prediction }) => prediction.area) || Boolean(result?.slices.size);

const milliliters = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** Where it is, in words. */
export function describe(track, voxelVolume) {
  const { result, prompts } = track;
  if (!result) {
    const slices = prompts.size === 1 ? `slice ${[...prompts.keys()][0]}` : `${prompts.size} slices`;
    return `Marked on ${slices}. Propagate follows it through the volume.`;
  }
  const again = result.prompts === prompts ? '' : ' New prompts: propagate again.';
  if (!result.slices.size) return `No mask was found on the prompted slices.${again}`;
  const indices = [...result.slices.keys()];
  const voxels = [...result.slices.values()].reduce((sum, { mask }) => sum + mask.area, 0);
  const volume = milliliters.format(voxels * voxelVolume / 1000);
  const [first, last] = [Math.min(...indices), Math.max(...indices)];
  return `${first === last ? `Slice ${first}` : `Slices ${first}–${last}`}, ${volume} ml.${again}`;
}

const reasons = {
  VolumeEnd: 'the volume ends', LimitReached: 'the limit of slices was reached', NotThere: 'a prompt says that it is not there',
  TooSmall: 'the mask was empty or tiny', Jumped: 'the mask jumped to another place', Grew: 'the mask grew too fast',
  Uncertain: 'the model was not sure of its mask',
};

/** Where it was followed no farther, and why: { index, side, reason, isEnd: of the volume }; none without a result. */
export function stops({ result }) {
  if (!result?.slices.size) return [];
  const indices = [...result.slices.keys()];
  return [[Math.min(...indices) - 1, 'below', result.below], [Math.max(...indices) + 1, 'above', result.above]]
    .map(([index, side, code]) => ({ index, side, reason: reasons[code] ?? code, isEnd: code === 'VolumeEnd' }));
}
