/** A figure from 0 up to and including `bound` that follows from the text alone (FNV-1a, mixed as in MurmurHash3). */
const seededFigure = (text: string, bound: number): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % (bound + 1);
};

/** By account and date, so that a restart does not move the start. */
export const jitterMs = (accountId: string, date: string, jitterSeconds: number): number =>
  seededFigure(`${accountId} ${date}`, jitterSeconds) * 1000;
