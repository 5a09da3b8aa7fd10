import type { Response } from 'playwright';
import { retryAfterMs } from '../api/retry-after.ts';
import { CAPTCHA, failureInStatus, type SeenFailure } from './page/page-kind.ts';

const MAINTENANCE_PATH = /\b(?:maintenance|downtime)\b/i;
const MAINTENANCE: SeenFailure = {
  kind: 'FAILURE',
  code: 'MAINTENANCE',
  message: 'The broker leads to its page about maintenance.',
};

/** The failure that a page is, going by its address, its status and its headers; null where they tell of none. */
export const failureOfDocument = (response: Response): SeenFailure | null => {
  if (response.headers()['cf-mitigated'] === 'challenge') return CAPTCHA;
  const isClosed = MAINTENANCE_PATH.test(new URL(response.url()).pathname);
  const byStatus = isClosed ? MAINTENANCE : failureInStatus(response.status());
  const asked = retryAfterMs(response.headers()['retry-after'], new Date());
  return byStatus === null || asked === 0 ? byStatus : { ...byStatus, restMs: asked };
};

/** The `Date` header, older by what a cache on the way says it has kept the page for. */
export const readServerTime = (response: Response): Date | null => {
  const { date, age } = response.headers();
  const sent = Date.parse(date ?? '');
  return Number.isNaN(sent) ? null : new Date(sent + (Number(age ?? 0) || 0) * 1000);
};
