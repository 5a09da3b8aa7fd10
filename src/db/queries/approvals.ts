import { type Selectable, sql, type UpdateObject } from 'kysely';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import type {
  Acquisition,
  AcquisitionKey,
  AcquisitionKind,
  ExternalLogin,
} from '../../domain/run/acquisition.ts';
import type { GenerationRun } from '../../domain/run/generation-run.ts';
import type { Queryable } from '../queryable.ts';
import type { PendingAcquisitionsTable, Tables } from '../schema/tables.ts';
import { toDate } from './to-date.ts';

/** Stored with the run, one for each app. */
export const insertAcquisitions = async (
  trx: Queryable,
  run: GenerationRun,
  apps: readonly Pick<ApiConfig, 'apiName' | 'clientId'>[],
  query: ExternalLogin,
): Promise<void> => {
  if (apps.length === 0) return;
  const asked =
    query.kind === 'APPROVAL'
      ? {}
      : {
          state_hash: query.stateHash,
          requested_at: run.startedAt.getTime(),
          expires_at: query.expiresAt.getTime(),
        };
  await trx
    .insertInto('vega_pending_acquisitions')
    .values(
      apps.map(({ apiName, clientId }) => ({
        account_id: run.accountId,
        run_id: run.id,
        api_name: apiName,
        client_id: clientId,
        kind: query.kind,
        ...asked,
      })),
    )
    .execute();
};

/** All of a run, settled ones included. */
export const findAcquisitions = async (db: Queryable, runId: string): Promise<readonly Acquisition[]> => {
  const rows = await db
    .selectFrom('vega_pending_acquisitions')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('id')
    .execute();
  return rows.map(toAcquisition);
};

/** Those of any run that were requested, and are neither settled nor expired. */
export const findPending = async (
  db: Queryable,
  kind: AcquisitionKind,
  now: Date,
): Promise<readonly Acquisition[]> => {
  const rows = await db
    .selectFrom('vega_pending_acquisitions')
    .selectAll()
    .where('kind', '=', kind)
    .where('settled_at', 'is', null)
    .where('requested_at', 'is not', null)
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now.getTime())]))
    .orderBy('id')
    .execute();
  return rows.map(toAcquisition);
};

/** Written down before the request is sent. False where it was requested or settled before. */
export const noteRequest = async (
  trx: Queryable,
  key: AcquisitionKey,
  requestedAt: Date,
): Promise<boolean> => {
  const updated = await trx
    .updateTable('vega_pending_acquisitions')
    .set({ requested_at: requestedAt.getTime() })
    .where(isOf(key))
    .where('requested_at', 'is', null)
    .where('settled_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
};

/** The request was sent, and can be approved until then. */
export const noteExpiry = (trx: Queryable, key: AcquisitionKey, expiresAt: Date): Promise<void> =>
  update(trx, key, { expires_at: expiresAt.getTime() });

export const countFailedProbe = (trx: Queryable, key: AcquisitionKey): Promise<void> =>
  update(trx, key, { failed_probes: sql`failed_probes + 1` });

/** Ends the wait for one acquisition. False when it was settled before. */
export const settleAcquisition = async (trx: Queryable, key: AcquisitionKey, now: Date): Promise<boolean> => {
  const settled = await settle(trx, now).where(isOf(key)).executeTakeFirst();
  return settled.numUpdatedRows > 0n;
};

/** Ends the wait for everything of a run. */
export const settleAll = async (trx: Queryable, runId: string, now: Date): Promise<void> => {
  await settle(trx, now).where('run_id', '=', runId).execute();
};

/** Ends the wait for what a run has not requested, or not for certain. */
export const settleUnasked = async (trx: Queryable, runId: string, now: Date): Promise<void> => {
  await settle(trx, now).where('run_id', '=', runId).where('expires_at', 'is', null).execute();
};

const update = async (
  trx: Queryable,
  key: AcquisitionKey,
  row: UpdateObject<Tables, 'vega_pending_acquisitions'>,
): Promise<void> => {
  await trx.updateTable('vega_pending_acquisitions').set(row).where(isOf(key)).execute();
};

/** Not by its number: in an outage two programs may give the same one. */
const isOf = ({ runId, apiName }: AcquisitionKey) =>
  sql<boolean>`run_id = ${runId} and api_name = ${apiName}`;

const settle = (trx: Queryable, now: Date) =>
  trx
    .updateTable('vega_pending_acquisitions')
    .set({ settled_at: now.getTime() })
    .where('settled_at', 'is', null);

const toAcquisition = (row: Selectable<PendingAcquisitionsTable>): Acquisition => ({
  accountId: row.account_id,
  runId: row.run_id,
  apiName: row.api_name as ApiName,
  clientId: row.client_id,
  kind: row.kind as AcquisitionKind,
  stateHash: row.state_hash,
  requestedAt: toDate(row.requested_at),
  expiresAt: toDate(row.expires_at),
  failedProbes: row.failed_probes,
  settledAt: toDate(row.settled_at),
});
