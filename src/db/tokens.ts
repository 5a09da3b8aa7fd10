import { type Selectable, sql } from 'kysely';
import { type ApiName, byApiOrder, isApiName } from '../domain/api-name.ts';
import { Secret } from '../domain/secret.ts';
import type { NewToken, StoredToken, StoreOperation } from '../domain/token.ts';
import { fromWallTime, toWallTime } from '../domain/wall-time.ts';
import type { Queryable } from './database.ts';
import { fingerprint } from './fingerprint.ts';
import { tokenSecretPlace } from './sealed-values.ts';
import type { TokenVersionsTable, UpstoxTokensTable } from './tables.ts';
import type { Vault } from './vault.ts';

type TokenRow = Pick<
  Selectable<UpstoxTokensTable>,
  | 'id'
  | 'access_token'
  | 'api_name'
  | 'client_id'
  | 'created_at'
  | 'generated_at'
  | 'is_active'
  | 'validity_at'
>;

const TOKEN_COLUMNS = [
  'id',
  'access_token',
  'api_name',
  'client_id',
  'created_at',
  'generated_at',
  'is_active',
  'validity_at',
] as const;

/** A row without a user belongs to the first account. */
const ofAccount = (accountNumber: number) => sql<boolean>`coalesce(user_id, 1) = ${accountNumber}`;

/** The account's tokens, PRIMARY first; where the predecessor left several of one API, the newest. */
export const findTokens = async (
  db: Queryable,
  accountNumber: number,
  zone: string,
): Promise<readonly StoredToken[]> => {
  const rows = await db
    .selectFrom('upstox_tokens')
    .select(TOKEN_COLUMNS)
    .where(ofAccount(accountNumber))
    .orderBy('id', 'desc')
    .execute();
  const versions = await db
    .selectFrom('token_versions')
    .selectAll()
    .where('account_number', '=', accountNumber)
    .execute();
  const newest = rows.filter(
    (row, index) => rows.findIndex(({ api_name }) => api_name === row.api_name) === index,
  );
  return newest.flatMap((row) => toToken(row, accountNumber, versions, zone) ?? []).sort(byApiOrder);
};

const toToken = (
  row: TokenRow,
  accountNumber: number,
  versions: readonly Selectable<TokenVersionsTable>[],
  zone: string,
): StoredToken | null => {
  if (!isApiName(row.api_name) || row.access_token === null || row.access_token === '') return null;
  const accessToken = new Secret(row.access_token);
  const mark = fingerprint(accessToken);
  const recorded = versions.find(({ api_name }) => api_name === row.api_name);
  return {
    accountNumber,
    apiName: row.api_name,
    accessToken,
    fingerprint: mark,
    clientId: row.client_id,
    generatedAt: readInstant(row.generated_at, zone) ?? readInstant(row.created_at, zone),
    validUntil: row.validity_at === null ? 'ABSENT' : (readInstant(row.validity_at, zone) ?? 'UNREADABLE'),
    // The predecessor left NULL where it had no such column: not said, so the broker is asked.
    isActive: row.is_active !== 0,
    // A row that another program wrote counts as one replace that was not recorded.
    version: (recorded?.version ?? 0) + (recorded?.fingerprint === mark ? 0 : 1),
    storage: 'DATABASE',
  };
};

/** The predecessor wrote wall times as text, and some columns as milliseconds since 1970. */
const readInstant = (value: string | number | null, zone: string): Date | null => {
  if (typeof value === 'string') return fromWallTime(value, zone);
  if (typeof value !== 'number' || value <= 0) return null;
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? null : instant;
};

/** The replace rule: what lay there goes, the new row comes, in the caller's transaction. */
export const replaceToken = async (
  transaction: Queryable,
  token: NewToken,
  { zone, vault }: { readonly zone: string; readonly vault: Vault },
  now: Date,
): Promise<{ operation: StoreOperation; version: number }> => {
  const { accountNumber, apiName } = token;
  const before = (await findTokens(transaction, accountNumber, zone)).find(
    (known) => known.apiName === apiName,
  );
  const removed = await transaction
    .deleteFrom('upstox_tokens')
    .where('api_name', '=', apiName)
    .where(ofAccount(accountNumber))
    .executeTakeFirst();
  await transaction
    .insertInto('upstox_tokens')
    .values({
      access_token: token.accessToken.reveal(),
      api_name: apiName,
      client_id: token.clientId,
      client_secret: vault.seal(token.clientSecret, tokenSecretPlace(accountNumber, apiName)),
      created_at: toWallTime(token.issuedAt, zone),
      expires_in: Math.floor((token.expiresAt.getTime() - token.issuedAt.getTime()) / 1000),
      is_primary: token.isPrimary ? 1 : 0,
      last_refreshed: toWallTime(token.issuedAt, zone),
      redirect_uri: token.redirectUri,
      refresh_token: null,
      token_type: 'Bearer',
      api_index: token.apiIndex,
      generated_at: toWallTime(token.issuedAt, zone),
      is_active: 1,
      purpose: null,
      updated_at: now.getTime(),
      user_id: accountNumber,
      validity_at: toWallTime(token.expiresAt, zone),
    })
    .execute();
  const operation: StoreOperation = removed.numDeletedRows > 0n ? 'REPLACED' : 'INSERTED';
  const { version } = await transaction
    .insertInto('token_versions')
    .values({
      account_number: accountNumber,
      api_name: apiName,
      version: (before?.version ?? 0) + 1,
      fingerprint: fingerprint(token.accessToken),
      operation,
    })
    .onConflict((conflict) =>
      conflict.columns(['account_number', 'api_name']).doUpdateSet((row) => ({
        // The row that was replaced may be another program's, which counts as a version of its own.
        version: before === undefined ? row('token_versions.version', '+', 1) : row.ref('excluded.version'),
        fingerprint: row.ref('excluded.fingerprint'),
        operation: row.ref('excluded.operation'),
      })),
    )
    .returning('version')
    .executeTakeFirstOrThrow();
  return { operation, version };
};

/**
 * Marks a token as dead, but only while it is still the one that was judged: a token stored in the meantime is not
 * touched. True when a row was changed.
 */
export const deactivateToken = async (
  transaction: Queryable,
  token: Pick<StoredToken, 'accountNumber' | 'apiName' | 'accessToken'>,
  now: Date,
): Promise<boolean> => {
  const changed = await transaction
    .updateTable('upstox_tokens')
    .set({ is_active: 0, updated_at: now.getTime() })
    .where('api_name', '=', token.apiName)
    .where(ofAccount(token.accountNumber))
    .where('access_token', '=', token.accessToken.reveal())
    .where((row) => row.or([row('is_active', '!=', 0), row('is_active', 'is', null)]))
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
};

/** Takes a token out of the table: it turned out to belong to somebody else. */
export const removeToken = async (
  transaction: Queryable,
  token: { accountNumber: number; apiName: ApiName; accessToken: Secret },
): Promise<void> => {
  await transaction
    .deleteFrom('upstox_tokens')
    .where('api_name', '=', token.apiName)
    .where(ofAccount(token.accountNumber))
    .where('access_token', '=', token.accessToken.reveal())
    .execute();
};
