import type { Readiness } from '../readiness/readiness.ts';
import { toLocalIst } from '../wall-time.ts';
import type { AlertDraft } from './alert.ts';
import type { Recovery } from './alert-drafts.ts';

const MINUTE_MS = 60_000;
/** Before that there is time, and nobody has to be told of tomorrow's bell. */
const TOLD_BEFORE_MS = 4 * 60 * MINUTE_MS;
const TOLD_AFTER_MS = 15 * MINUTE_MS;

/** When the hours before the bell begin. What was told before that is of an earlier bell. */
export const tellingBegins = (bell: Date): Date => new Date(bell.getTime() - TOLD_BEFORE_MS);

/** Whether people are told of the verdict at this time: in the hours before the bell. */
export const isToldOf = ({ bell }: Readiness, now: Date): boolean => {
  if (bell === null) return false;
  return now >= tellingBegins(bell) && now.getTime() - bell.getTime() <= TOLD_AFTER_MS;
};

const timeOf = (instant: Date | null): string =>
  instant === null ? 'never' : `${toLocalIst(instant).slice(11, 16)} IST`;

export const willBeLate = (
  { accountId, bell, latestSafeStart, missing, reasons, computedAt }: Readiness,
  kind: 'AT_RISK' | 'TOO_LATE',
): AlertDraft => ({
  kind,
  accountId,
  title: `${accountId}: ${missing.length} tokens ${kind === 'AT_RISK' ? 'may not' : 'will not'} be there by ${timeOf(bell)}`,
  text: [
    ...reasons.map(({ message, nextAction }) => `${message} ${nextAction}`),
    ...(latestSafeStart === null ? [] : [`Latest safe start: ${timeOf(latestSafeStart)}.`]),
  ].join('\n'),
  fact: `${accountId} ${computedAt.toISOString()}`,
});

export const onTrackAgain = (accountId: string): Recovery => ({
  title: `${accountId} is on track again`,
  text: 'Its tokens are expected to be there by the bell. Nothing is to be done.',
});
