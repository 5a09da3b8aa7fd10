import { setTimeout as delay } from 'node:timers/promises';

/** Lets time pass; returns early when the signal ends. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);
