import type { Queryable } from '../queryable.ts';

/** Asks whoever executes the run to abort it. */
export const requestAbort = async (trx: Queryable, runId: string, at: Date): Promise<void> => {
  await trx
    .updateTable('vega_generation_runs')
    .set({ abort_requested_at: at.getTime() })
    .where('id', '=', runId)
    .execute();
};

/** Those of the runs that are to be aborted. */
export const findAbortRequests = async (
  db: Queryable,
  runIds: readonly string[],
): Promise<readonly string[]> => {
  if (runIds.length === 0) return [];
  const rows = await db
    .selectFrom('vega_generation_runs')
    .select('id')
    .where('id', 'in', runIds)
    .where('abort_requested_at', 'is not', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
};
