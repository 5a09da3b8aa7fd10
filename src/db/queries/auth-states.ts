import type { Selectable, Updateable } from 'kysely';
import type { AuthPhase } from '../../domain/auth/auth-phase.ts';
import type { AuthRecord } from '../../domain/auth/auth-state.ts';
import type { FailureCode } from '../../domain/run/failure.ts';
import type { Queryable } from '../queryable.ts';
import type { AuthStatesTable } from '../schema/tables.ts';
import { toDate } from './to-date.ts';

/** The account's state; IDLE where nothing was ever stored. */
export const findAuthRecord = async (db: Queryable, accountId: string): Promise<AuthRecord> => {
  const row = await db
    .selectFrom('vega_auth_states')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row === undefined ? newRecord(accountId) : toRecord(row);
};

/** The states of all accounts of which anything was ever stored, by account id. */
export const findAuthRecords = async (db: Queryable): Promise<ReadonlyMap<string, AuthRecord>> => {
  const rows = await db.selectFrom('vega_auth_states').selectAll().execute();
  return new Map(rows.map((row) => [row.account_id, toRecord(row)]));
};

export const ensureAuthRecord = async (trx: Queryable, accountId: string, now: Date): Promise<void> => {
  await trx
    .insertInto('vega_auth_states')
    .values({ account_id: accountId, phase: 'IDLE', since: now.getTime(), logged_out: 0, confirmed: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

/** Changes the phase; false when the account is no longer in `from`. */
export const movePhase = async (
  trx: Queryable,
  accountId: string,
  from: AuthPhase,
  to: AuthPhase,
  now: Date,
): Promise<boolean> => {
  const updated = await trx
    .updateTable('vega_auth_states')
    .set({ phase: to, since: now.getTime() })
    .where('account_id', '=', accountId)
    .where('phase', '=', from)
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
};

export const changeAuthRecord = async (
  trx: Queryable,
  accountId: string,
  change: Partial<Omit<AuthRecord, 'accountId' | 'phase' | 'since'>>,
): Promise<void> => {
  const row: Updateable<AuthStatesTable> = {};
  if (change.cooldown !== undefined) {
    row.cooldown_from = change.cooldown?.from.getTime() ?? null;
    row.cooldown_until = change.cooldown?.until.getTime() ?? null;
    row.cooldown_reason = change.cooldown?.reason ?? null;
  }
  if (change.quarantinedAt !== undefined) row.quarantined_at = change.quarantinedAt?.getTime() ?? null;
  if (change.clearedAt !== undefined) row.cleared_at = change.clearedAt?.getTime() ?? null;
  if (change.acceptedUntil !== undefined) row.accepted_until = change.acceptedUntil?.getTime() ?? null;
  if (change.isLoggedOut !== undefined) row.logged_out = change.isLoggedOut ? 1 : 0;
  if (change.isConfirmed !== undefined) row.confirmed = change.isConfirmed ? 1 : 0;
  if (change.enteredAt !== undefined) row.entered_at = change.enteredAt.getTime();
  await trx.updateTable('vega_auth_states').set(row).where('account_id', '=', accountId).execute();
};

const newRecord = (accountId: string): AuthRecord => ({
  accountId,
  phase: 'IDLE',
  since: new Date(0),
  cooldown: null,
  quarantinedAt: null,
  clearedAt: null,
  acceptedUntil: null,
  isLoggedOut: false,
  isConfirmed: false,
});

const toRecord = (row: Selectable<AuthStatesTable>): AuthRecord => ({
  accountId: row.account_id,
  phase: row.phase as AuthPhase,
  since: new Date(row.since),
  cooldown:
    row.cooldown_from === null || row.cooldown_until === null
      ? null
      : {
          from: new Date(row.cooldown_from),
          until: new Date(row.cooldown_until),
          reason: (row.cooldown_reason ?? 'THROTTLED') as FailureCode,
        },
  quarantinedAt: toDate(row.quarantined_at),
  clearedAt: toDate(row.cleared_at),
  acceptedUntil: toDate(row.accepted_until),
  isLoggedOut: row.logged_out === 1,
  isConfirmed: row.confirmed === 1,
  ...(row.entered_at == null ? {} : { enteredAt: new Date(row.entered_at) }),
});
