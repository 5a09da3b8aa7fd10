import { sql } from 'kysely';
import type { Account, Credentials } from '../../domain/account/account.ts';
import { toBrokerUserId } from '../../domain/account/broker-user-id.ts';
import { type CredentialTexts, toCredentials } from '../../domain/account/credential-rules.ts';
import { Secret } from '../../domain/secret.ts';
import type { Queryable } from '../queryable.ts';
import { credentialsPlace, SealError, type Vault } from '../secrets/vault.ts';
import { deleteCanary } from './canary.ts';
import { ofAccount } from './tokens.ts';

/** Makes the account's row if there is none of its id yet; the first one of a database is the active one. */
export const ensureAccount = async (
  trx: Queryable,
  account: Pick<Account, 'id' | 'number'>,
  now: Date,
): Promise<void> => {
  const rows = await trx.selectFrom('vega_accounts').select(['number', 'id']).execute();
  if (rows.some(({ id }) => id === account.id)) return;
  const isTaken = rows.some(({ number }) => number === account.number);
  await insertAccount(trx, {
    id: account.id,
    number: isTaken ? nextNumber(rows) : account.number,
    name: account.id,
    isActive: rows.length === 0,
    now,
  });
};

export interface NewAccount {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly isActive: boolean;
  readonly now: Date;
}

export const insertAccount = async (
  trx: Queryable,
  { id, number, name, isActive, now }: NewAccount,
): Promise<void> => {
  const row = { number, id, name, broker_user_id: null, created_at: now.getTime() };
  await trx
    .insertInto('vega_accounts')
    .values({ ...row, is_active: isActive ? 1 : 0 })
    .execute();
};

const nextNumber = (rows: readonly { readonly number: number }[]): number =>
  Math.max(0, ...rows.map(({ number }) => number)) + 1;

/** A number that no account and no token row has. */
export const freeAccountNumber = async (trx: Queryable): Promise<number> => {
  const accounts = await trx.selectFrom('vega_accounts').select('number').execute();
  const tokens = await trx
    .selectFrom('upstox_tokens')
    .select(sql<number>`coalesce(user_id, 1)`.as('number'))
    .distinct()
    .execute();
  return nextNumber([...accounts, ...tokens]);
};

export const findAccounts = async (db: Queryable): Promise<readonly Account[]> => {
  const rows = await db
    .selectFrom('vega_accounts')
    .select(['id', 'number', 'name', 'broker_user_id', 'is_active', 'redirect_uri'])
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    name: row.name,
    brokerUserId: toBrokerUserId(row.broker_user_id),
    isActive: row.is_active === 1,
    redirectUri: row.redirect_uri,
  }));
};

/** Stores whose login this is, unless it is stored already. */
export const rememberBrokerUser = async (
  trx: Queryable,
  accountId: string,
  brokerUserId: string,
): Promise<void> => {
  await trx
    .updateTable('vega_accounts')
    .set({ broker_user_id: brokerUserId })
    .where('id', '=', accountId)
    .where('broker_user_id', 'is', null)
    .execute();
};

/** The account's sealed credentials; null where the database holds none. */
export const findCredentials = async (
  db: Queryable,
  accountNumber: number,
  vault: Vault,
): Promise<Credentials | null> => {
  const row = await db
    .selectFrom('vega_accounts')
    .select('credentials')
    .where('number', '=', accountNumber)
    .executeTakeFirst();
  if (row === undefined || row.credentials === null) return null;
  return openCredentials(row.credentials, accountNumber, vault);
};

/** Of all accounts, by number; those that the vault does not open are left out. */
export const findReadableCredentials = async (
  db: Queryable,
  vault: Vault,
): Promise<ReadonlyMap<number, Credentials>> => {
  const rows = await db.selectFrom('vega_accounts').select(['number', 'credentials']).execute();
  const found = new Map<number, Credentials>();
  for (const { number, credentials } of rows) {
    if (credentials === null) continue;
    try {
      const opened = openCredentials(credentials, number, vault);
      if (opened !== null) found.set(number, opened);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
    }
  }
  return found;
};

const openCredentials = (sealed: string, accountNumber: number, vault: Vault): Credentials | null => {
  const opened = vault.open(sealed, credentialsPlace(accountNumber));
  return toCredentials(JSON.parse(opened.reveal()) as CredentialTexts);
};

export interface SavedCredentials {
  readonly texts: CredentialTexts;
  readonly redirectUri: string;
}

export const saveCredentials = async (
  trx: Queryable,
  accountNumber: number,
  { texts, redirectUri }: SavedCredentials,
  vault: Vault,
): Promise<void> => {
  const sealed = vault.seal(new Secret(JSON.stringify(texts)), credentialsPlace(accountNumber));
  await trx
    .updateTable('vega_accounts')
    .set({ credentials: sealed, redirect_uri: redirectUri })
    .where('number', '=', accountNumber)
    .execute();
};

export const renameAccount = async (trx: Queryable, accountId: string, name: string): Promise<void> => {
  await trx.updateTable('vega_accounts').set({ name }).where('id', '=', accountId).execute();
};

export const activateAccount = async (trx: Queryable, accountId: string): Promise<void> => {
  await trx.updateTable('vega_accounts').set({ is_active: 0 }).where('is_active', '=', 1).execute();
  await trx.updateTable('vega_accounts').set({ is_active: 1 }).where('id', '=', accountId).execute();
};

/** Deletes the account with its apps and tokens. Its runs, ledger and audit stay. */
export const deleteAccount = async (
  trx: Queryable,
  { id, number }: Pick<Account, 'id' | 'number'>,
): Promise<void> => {
  await trx.deleteFrom('upstox_api_configs').where('account_number', '=', number).execute();
  await trx.deleteFrom('upstox_tokens').where(ofAccount(number)).execute();
  await trx.deleteFrom('vega_token_marks').where('account_number', '=', number).execute();
  await trx.deleteFrom('vega_role_assignments').where('account_number', '=', number).execute();
  await trx.deleteFrom('vega_held_tokens').where('account_number', '=', number).execute();
  await trx.deleteFrom('vega_token_versions').where('account_number', '=', number).execute();
  await trx.deleteFrom('vega_auth_states').where('account_id', '=', id).execute();
  await trx.deleteFrom('vega_capabilities').where('account_id', '=', id).execute();
  await trx.deleteFrom('vega_schedules').where('account_id', '=', id).execute();
  await trx.deleteFrom('vega_schedule_occurrences').where('account_id', '=', id).execute();
  await deleteCanary(trx, id);
  await trx.deleteFrom('vega_accounts').where('number', '=', number).execute();
};
