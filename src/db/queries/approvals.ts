import type { Selectable } from 'kysely';
import type { Acquisition, AcquisitionKind, ExternalLogin } from '../../domain/acquisition.ts';
import type { ApiConfig } from '../../domain/api-config.ts';
import type { ApiName } from '../../domain/api-name.ts';
import type { GenerationRun } from '../../domain/generation-run.ts';
import type { Queryable } from '../queryable.ts';
import type { PendingAcquisitionsTable } from '../schema/tables.ts';
import { toDate } from './to-date.ts';

/** What a run is going to wait for, written down with the run itself. */
export const insertAcquisitions = async (
  transaction: Queryable,
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
  await transaction
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

/** Everything that a run waits for or has waited for. */
export const findAcquisitions = async (db: Queryable, runId: string): Promise<readonly Acquisition[]> => {
  const rows = await db
    .selectFrom('vega_pending_acquisitions')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('id')
    .execute();
  return rows.map(toAcquisition);
};

/** What is waited for now, of any run. */
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

/** It is about to be asked for. */
export const noteRequest = async (transaction: Queryable, id: number, requestedAt: Date): Promise<void> => {
  await transaction
    .updateTable('vega_pending_acquisitions')
    .set({ requested_at: requestedAt.getTime() })
    .where('id', '=', id)
    .execute();
};

/** It was asked for, and can come until then. */
export const noteExpiry = async (transaction: Queryable, id: number, expiresAt: Date): Promise<void> => {
  await transaction
    .updateTable('vega_pending_acquisitions')
    .set({ expires_at: expiresAt.getTime() })
    .where('id', '=', id)
    .execute();
};

export const countFailedProbe = async (transaction: Queryable, id: number): Promise<void> => {
  await transaction
    .updateTable('vega_pending_acquisitions')
    .set((row) => ({ failed_probes: row('failed_probes', '+', 1) }))
    .where('id', '=', id)
    .execute();
};

/** Nothing is waited for any more. False when that was so before: each is settled once. */
export const settleAcquisition = async (transaction: Queryable, id: number, now: Date): Promise<boolean> => {
  const settled = await transaction
    .updateTable('vega_pending_acquisitions')
    .set({ settled_at: now.getTime() })
    .where('id', '=', id)
    .where('settled_at', 'is', null)
    .executeTakeFirst();
  return settled.numUpdatedRows > 0n;
};

/** Nothing of a run is waited for any more. */
export const settleAll = async (transaction: Queryable, runId: string, now: Date): Promise<void> => {
  await transaction
    .updateTable('vega_pending_acquisitions')
    .set({ settled_at: now.getTime() })
    .where('run_id', '=', runId)
    .where('settled_at', 'is', null)
    .execute();
};

/** What a run has not asked for by now, or not for certain, is not waited for. */
export const settleUnasked = async (transaction: Queryable, runId: string, now: Date): Promise<void> => {
  await transaction
    .updateTable('vega_pending_acquisitions')
    .set({ settled_at: now.getTime() })
    .where('run_id', '=', runId)
    .where('expires_at', 'is', null)
    .where('settled_at', 'is', null)
    .execute();
};

const toAcquisition = (row: Selectable<PendingAcquisitionsTable>): Acquisition => ({
  id: row.id,
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
