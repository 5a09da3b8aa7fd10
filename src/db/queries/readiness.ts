import type { Readiness } from '../../domain/readiness/readiness.ts';
import type { Queryable } from '../queryable.ts';

const KEPT_MS = 400 * 86_400_000;

/** The smallest change of the probability that is kept. */
const KEPT_CHANGE = 0.05;

/** What became of a forecast that was to be kept. */
interface Kept {
  /** The account's last forecast until then. */
  readonly before: { readonly id: number; readonly isSameVerdict: boolean } | null;
  /** Null where it was not kept. */
  readonly id: number | null;
}

/** Keeps a forecast, unless it says what the account's last one says. Forecasts older than 400 days are removed. */
export const keepForecast = async (trx: Queryable, readiness: Readiness): Promise<Kept> => {
  const { accountId, bell, verdict, probability, computedAt } = readiness;
  if (bell === null) return { before: null, id: null };
  const last = await trx
    .selectFrom('vega_readiness')
    .select(['id', 'bell', 'verdict', 'probability'])
    .where('account_id', '=', accountId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const isSameVerdict = last?.bell === bell.getTime() && last.verdict === verdict;
  const before = last === undefined ? null : { id: last.id, isSameVerdict };
  if (last !== undefined && isSameVerdict && isNear(last.probability, probability))
    return { before, id: null };
  const inserted = await trx
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
    .returning('id')
    .executeTakeFirstOrThrow();
  await trx
    .deleteFrom('vega_readiness')
    .where('account_id', '=', accountId)
    .where('at', '<', computedAt.getTime() - KEPT_MS)
    .execute();
  return { before, id: inserted.id };
};

export const isNear = (one: number | null, other: number | null): boolean =>
  one === null || other === null ? one === other : Math.abs(one - other) < KEPT_CHANGE;
