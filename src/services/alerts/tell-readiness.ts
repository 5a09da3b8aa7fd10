import { findUnresolved } from '../../db/queries/alerts/alerts.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { AlertDraft } from '../../domain/alert/alert.ts';
import { tokensComplete } from '../../domain/alert/alert-drafts.ts';
import { isToldOf, onTrackAgain, tellingBegins, willBeLate } from '../../domain/alert/readiness-drafts.ts';
import type { Readiness } from '../../domain/readiness/readiness.ts';
import { raiseAlert, resolveAlerts } from './raise-alert.ts';

const KINDS = ['AT_RISK', 'TOO_LATE'] as const;

/** Tells of a verdict once, until another one takes its place. */
export const tellReadiness = async (trx: Queryable, readiness: Readiness, now: Date): Promise<void> => {
  const { accountId, verdict, bell } = readiness;
  const isBad = verdict === 'AT_RISK' || verdict === 'TOO_LATE';
  if (isBad && !isToldOf(readiness, now)) return;
  const over = KINDS.filter((kind) => kind !== verdict);
  const better = verdict === 'READY' ? tokensComplete(accountId) : onTrackAgain(accountId);
  const isGood = verdict === 'READY' || verdict === 'ON_TRACK';
  await resolveAlerts(trx, { kinds: over, accountId }, isGood ? better : null, now);
  if (!isBad || bell === null) return;
  const same = { kinds: [verdict], accountId };
  await resolveAlerts(trx, { ...same, raisedBefore: tellingBegins(bell) }, null, now);
  if ((await findUnresolved(trx, same)).length > 0) return;
  const draft: AlertDraft = willBeLate(readiness, verdict);
  await raiseAlert(trx, draft, now);
};
