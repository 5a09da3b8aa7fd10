import { setTimeout as delay } from 'node:timers/promises';

/** Waits for work whose result does not matter, though not longer than that. */
export const atMost = async (milliseconds: number, work: Promise<unknown>): Promise<void> => {
  const timeout = new AbortController();
  const enough = delay(milliseconds, undefined, { signal: timeout.signal });
  await Promise.race([work, enough]).catch(() => undefined);
  timeout.abort();
  enough.catch(() => undefined);
};
