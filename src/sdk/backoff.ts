const FIRST_MS = 200;
const LONGEST_MS = 10_000;
/** Trust in a server that names a time has its end, too. */
const LONGEST_REST_MS = 60_000;

/**
 * How long to wait before trying again, after so many failures in a row: twice as long each time, and by chance up to
 * half less, so that many clients do not come back at once. Not before `retryableAt`, where the server named it.
 */
export const backoffMs = (failures: number, retryableAt: Date | null, now: number): number => {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  const rest = retryableAt === null ? 0 : Math.min(LONGEST_REST_MS, retryableAt.getTime() - now);
  return Math.max(rest, 0) + most * (0.5 + Math.random() / 2);
};

/** Waits, but not longer than `signal` lives. */
export const rest = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
