import type { Readiness } from '../../domain/readiness/readiness.ts';
import type { Queryable } from '../queryable.ts';

const KEPT_MS = 400 * 86_400_000;

/** The smallest change of the probability that is kept. */
const KEPT_CHANGE = 0.05;

/** The verdicts that were kept for the bell since an instant, in the order in which they were stored. */
export const findVerdicts = async (
  db: Queryable,
  { accountId, bell }: Readiness,
  since: Date,
): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('vega_readiness')
    .select('verdict')
    .where('account_id', '=', accountId)
    .where('at', '>=', since.getTime())
    .where('bell', '=', bell?.getTime() ?? null)
    .orderBy('id')
    .execute();
  return rows.map(({ verdict }) => verdict);
};

/**
 * Keeps a forecast, unless it says what the account's last one says and need not be kept. Forecasts older than 400 days
 * are removed. True where the last one had another verdict: of all processes only one is told so of a turn.
 */
export const keepForecast = async (
  trx: Queryable,
  readiness: Readiness,
  mustKeep: boolean,
): Promise<boolean> => {
  const { accountId, bell, verdict, probability, computedAt } = readiness;
  if (bell === null) return false;
  const last = await trx
    .selectFrom('vega_readiness')
    .select(['bell', 'verdict', 'probability'])
    .where('account_id', '=', accountId)
    // As they were stored: another process may have computed its forecast earlier.
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const isSame =
    last?.bell === bell.getTime() && last.verdict === verdict && isNear(last.probability, probability);
  if (isSame && !mustKeep) return false;
  await trx
    .insertInto('vega_readiness')
    .values({
      account_id: accountId,
      at: computedAt.getTime(),
      bell: bell.getTime(),
      verdict,
      probability,
      confidence: readiness.confidence,
      eta: readiness.eta?.getTime() ?? null,
      eta_worst: readiness.etaWorst?.getTime() ?? null,
      latest_safe_start: readiness.latestSafeStart?.getTime() ?? null,
    })
    .execute();
  await trx
    .deleteFrom('vega_readiness')
    .where('account_id', '=', accountId)
    .where('at', '<', computedAt.getTime() - KEPT_MS)
    .execute();
  return last !== undefined && last.verdict !== verdict;
};

export const isNear = (one: number | null, other: number | null): boolean =>
  one === null || other === null ? one === other : Math.abs(one - other) < KEPT_CHANGE;
