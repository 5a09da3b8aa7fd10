import { findVerdicts, keepForecast } from '../../db/queries/readiness.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Readiness } from '../../domain/readiness/readiness.ts';
import { tradingDayAt } from '../../domain/report/trading-day.ts';
import type { Audit } from '../audit/audit.ts';

/** Of one account and bell: a verdict that goes back and forth must not fill the audit. */
const MOST_AUDITED = 24;

/**
 * Keeps a forecast. The first of a morning, and each one with another verdict, is written into the audit with it, once
 * for all processes. True where the verdict has turned and this process is the one to publish that.
 */
export const storeForecast = async (trx: Queryable, audit: Audit, readiness: Readiness): Promise<boolean> => {
  const { accountId, bell, verdict, eta, etaWorst, probability } = readiness;
  const isAudited = await isNews(trx, readiness);
  const isTurn = await keepForecast(trx, readiness, isAudited);
  if (isAudited && bell !== null)
    await audit.note(trx, 'FORECAST', { verdict, bell, eta, etaWorst, probability }, { accountId });
  return isTurn;
};

const isNews = async (trx: Queryable, readiness: Readiness): Promise<boolean> => {
  const { bell, verdict, computedAt } = readiness;
  const { from, to } = tradingDayAt(computedAt);
  // The evening before tells of tomorrow's bell: that morning has not begun.
  if (bell === null || verdict === 'NO_SESSION' || bell < from || bell >= to) return false;
  const earlier = await findVerdicts(trx, readiness, from);
  const turns = earlier.filter((one, index) => one !== earlier[index - 1]);
  return turns.length < MOST_AUDITED && earlier.at(-1) !== verdict;
};
