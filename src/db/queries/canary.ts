import type { Selectable } from 'kysely';
import type { ApiName } from '../../domain/account/api-name.ts';
import type {
  CanaryOrigin,
  CanaryReport,
  CanaryVerdict,
  KeptLandmarks,
} from '../../domain/canary/canary-report.ts';
import type { Landmarks } from '../../domain/canary/landmarks.ts';
import type { FailureCode } from '../../domain/run/failure.ts';
import type { Queryable } from '../queryable.ts';
import type { DialogLooksTable } from '../schema/dialog-look-tables.ts';

/** Of each account so many reports are kept, and the last one of each API that knows something. */
const KEPT_REPORTS = 200;

export const findLandmarks = async (
  db: Queryable,
  accountId: string,
  apiName: ApiName,
): Promise<KeptLandmarks | null> => {
  const row = await db
    .selectFrom('vega_dialog_landmarks')
    .select(['landmarks', 'at'])
    .where('account_id', '=', accountId)
    .where('api_name', '=', apiName)
    .executeTakeFirst();
  return row === undefined
    ? null
    : { landmarks: JSON.parse(row.landmarks) as Landmarks, at: new Date(row.at) };
};

export const keepLandmarks = async (
  trx: Queryable,
  { accountId, apiName }: { readonly accountId: string; readonly apiName: ApiName },
  { landmarks, at }: KeptLandmarks,
): Promise<void> => {
  const kept = { landmarks: JSON.stringify(landmarks), at: at.getTime() };
  await trx
    .insertInto('vega_dialog_landmarks')
    .values({ account_id: accountId, api_name: apiName, ...kept })
    .onConflict((conflict) => conflict.columns(['account_id', 'api_name']).doUpdateSet(kept))
    .execute();
};

/** False where the slot of the schedule has its report already. */
export const insertReport = async (
  trx: Queryable,
  report: CanaryReport,
  slot: string | null,
): Promise<boolean> => {
  const inserted = await trx
    .insertInto('vega_dialog_looks')
    .values({ id: report.id, slot, ...toRow(report) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((inserted.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
  const newest = trx
    .selectFrom('vega_dialog_looks')
    .select('id')
    .where('account_id', '=', report.accountId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(KEPT_REPORTS);
  const known = (await findLastKnown(trx, report.accountId)).map(({ id }) => id);
  await trx
    .deleteFrom('vega_dialog_looks')
    .where('account_id', '=', report.accountId)
    .where('id', 'not in', newest)
    .$if(known.length > 0, (query) => query.where('id', 'not in', known))
    .execute();
  return true;
};

export const updateReport = async (trx: Queryable, report: CanaryReport): Promise<void> => {
  await trx.updateTable('vega_dialog_looks').set(toRow(report)).where('id', '=', report.id).execute();
};

/** The schedule may look again: this report stands for no dialog that was opened. */
export const freeSlot = async (trx: Queryable, id: string): Promise<void> => {
  await trx.updateTable('vega_dialog_looks').set({ slot: null }).where('id', '=', id).execute();
};

/** The newest first. */
export const findReports = async (
  db: Queryable,
  accountId: string,
  limit: number,
): Promise<readonly CanaryReport[]> => {
  const rows = await db
    .selectFrom('vega_dialog_looks')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toReport);
};

/** Of each API the last report that knows something. */
export const findLastKnown = async (db: Queryable, accountId: string): Promise<readonly CanaryReport[]> => {
  const rows = await db
    .selectFrom('vega_dialog_looks')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('verdict', '!=', 'NOT_KNOWN')
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  const reports = rows.map(toReport);
  return reports.filter(
    ({ apiName }, index) => reports.findIndex((other) => other.apiName === apiName) === index,
  );
};

/** The APIs whose last look has found a drift, unless a login has succeeded since. */
export const findDrifts = async (db: Queryable, accountId: string): Promise<readonly CanaryReport[]> => {
  const drifted = (await findLastKnown(db, accountId)).filter(({ verdict }) => verdict === 'DRIFT');
  const kept = await db
    .selectFrom('vega_dialog_landmarks')
    .select(['api_name', 'at'])
    .where('account_id', '=', accountId)
    .execute();
  const succeededAt = new Map(kept.map(({ api_name, at }): [string, number] => [api_name, at]));
  return drifted.filter(({ apiName, at }) => (succeededAt.get(apiName) ?? 0) <= at.getTime());
};

/** Whether the slot has a report of any API. */
export const hasSlot = async (db: Queryable, accountId: string, slot: string): Promise<boolean> => {
  const row = await db
    .selectFrom('vega_dialog_looks')
    .select('id')
    .where('account_id', '=', accountId)
    .where('slot', '=', slot)
    .executeTakeFirst();
  return row !== undefined;
};

export const deleteCanary = async (trx: Queryable, accountId: string): Promise<void> => {
  await trx.deleteFrom('vega_dialog_landmarks').where('account_id', '=', accountId).execute();
  await trx.deleteFrom('vega_dialog_looks').where('account_id', '=', accountId).execute();
};

const toRow = (report: CanaryReport) => ({
  account_id: report.accountId,
  api_name: report.apiName,
  at: report.at.getTime(),
  origin: report.origin,
  verdict: report.verdict,
  message: report.message,
  next_action: report.nextAction,
  changes: JSON.stringify(report.changes),
  failure: report.failure,
  compared_with: report.comparedWith?.getTime() ?? null,
});

const toReport = (row: Selectable<DialogLooksTable>): CanaryReport => ({
  id: row.id,
  accountId: row.account_id,
  apiName: row.api_name as ApiName,
  at: new Date(row.at),
  origin: row.origin as CanaryOrigin,
  verdict: row.verdict as CanaryVerdict,
  message: row.message,
  nextAction: row.next_action,
  changes: JSON.parse(row.changes) as string[],
  failure: row.failure as FailureCode | null,
  comparedWith: row.compared_with === null ? null : new Date(row.compared_with),
});
