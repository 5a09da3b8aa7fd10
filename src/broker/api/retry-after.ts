import { LONGEST_WAIT_MS } from '../login/page/wait-said.ts';

/** How long an answer's `Retry-After` asks to wait, in seconds or until a date, up to a week; 0 where it does not say. */
export const retryAfterMs = (header: string | null | undefined, now: Date): number => {
  const asked = (header ?? '').trim();
  if (/^\d+(?:\.\d+)?$/.test(asked)) return Math.min(Number(asked) * 1000, LONGEST_WAIT_MS);
  const at = Date.parse(asked);
  return Number.isNaN(at) ? 0 : Math.min(Math.max(0, at - now.getTime()), LONGEST_WAIT_MS);
};
