import { type Selectable, sql } from 'kysely';
import { API_NAMES, type ApiName, byApiOrder, isApiName } from '../../domain/account/api-name.ts';
import { Secret } from '../../domain/secret.ts';
import { readClaims } from '../../domain/token/jwt.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import { fromText } from '../../domain/wall-time.ts';
import type { Queryable } from '../queryable.ts';
import type { TokenVersionsTable, UpstoxTokensTable } from '../schema/tables.ts';
import { fingerprint } from '../secrets/fingerprint.ts';
import { sealedInMemory } from '../secrets/memory-seal.ts';
import { isSealed, SealError, tokenPlace, type Vault } from '../secrets/vault.ts';
import { findTokenMarks, type MarkRow, markedAtOf, markOf } from './token-marks.ts';

export interface TokenFormat {
  /** The zone of its wall times. */
  readonly zone: string;
  readonly vault: Vault;
  /** VEGA_SEAL_TOKENS: no other program can read the tokens. */
  readonly sealsTokens: boolean;
}

const TOKEN_COLUMNS = [
  ...(['id', 'access_token', 'api_name', 'client_id', 'created_at'] as const),
  ...(['generated_at', 'is_active', 'updated_at', 'validity_at'] as const),
] as const;

type TokenRow = Pick<Selectable<UpstoxTokensTable>, (typeof TOKEN_COLUMNS)[number]>;

/** A row without a user belongs to the first account. */
export const ofAccount = (accountNumber: number) => sql<boolean>`coalesce(user_id, 1) = ${accountNumber}`;

/** The account's tokens, PRIMARY first; where the predecessor left several of one API, the newest. */
export const findTokens = (
  db: Queryable,
  accountNumber: number,
  format: TokenFormat,
): Promise<readonly StoredToken[]> => readTokens(db, accountNumber, format, API_NAMES);

/** The token of one API; undefined where there is none, and where none of the keys at hand opens it. */
export const findToken = async (
  db: Queryable,
  accountNumber: number,
  apiName: string,
  format: TokenFormat,
): Promise<StoredToken | undefined> => {
  try {
    const [token] = await readTokens(db, accountNumber, format, [apiName]);
    return token;
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
};

const readTokens = async (
  db: Queryable,
  accountNumber: number,
  format: TokenFormat,
  apiNames: readonly string[],
): Promise<readonly StoredToken[]> => {
  const rows = await db
    .selectFrom('upstox_tokens')
    .select(TOKEN_COLUMNS)
    .where(ofAccount(accountNumber))
    .where('api_name', 'in', apiNames)
    .orderBy('id', 'desc')
    .execute();
  const versions = await db
    .selectFrom('vega_token_versions')
    .selectAll()
    .where('account_number', '=', accountNumber)
    .execute();
  const marks = await findTokenMarks(db, accountNumber);
  const newest = rows.filter(
    (row, index) => rows.findIndex(({ api_name }) => api_name === row.api_name) === index,
  );
  return newest
    .flatMap((row) => toToken(row, accountNumber, { versions, marks }, format) ?? [])
    .sort(byApiOrder);
};

/** The account's rows in our own tables. */
interface Beside {
  readonly versions: readonly Selectable<TokenVersionsTable>[];
  readonly marks: readonly MarkRow[];
}

const toToken = (
  row: TokenRow,
  accountNumber: number,
  { versions, marks }: Beside,
  format: TokenFormat,
): StoredToken | null => {
  const { zone } = format;
  if (!isApiName(row.api_name) || row.access_token === null || row.access_token === '') return null;
  const accessToken = openToken(row.access_token, accountNumber, row.api_name, format);
  const mark = fingerprint(accessToken);
  const markedAt = markedAtOf(row.api_name, mark, marks);
  const recorded = versions.find(({ api_name }) => api_name === row.api_name);
  return {
    accountNumber,
    apiName: row.api_name,
    accessToken,
    fingerprint: mark,
    claims: readClaims(accessToken.reveal()),
    clientId: row.client_id,
    generatedAt: readInstant(row.generated_at, zone) ?? readInstant(row.created_at, zone),
    validUntil: readInstant(row.validity_at, zone),
    // NULL in rows of the predecessor: unknown, so the broker is asked.
    isActive: row.is_active !== 0,
    mark: markOf(row, mark, marks),
    ...(markedAt === null ? {} : { markedAt }),
    // A row of another program counts as a replace that was not recorded.
    version: (recorded?.version ?? 0) + (recorded?.fingerprint === mark ? 0 : 1),
    storage: 'DATABASE',
    ...(recorded?.fingerprint === mark && recorded.confirmed_at != null
      ? { confirmedAt: new Date(recorded.confirmed_at) }
      : {}),
  };
};

/** Stays sealed in memory until it is used. */
const openToken = (text: string, accountNumber: number, apiName: ApiName, { vault }: TokenFormat): Secret => {
  if (!isSealed(text)) return sealedInMemory(text);
  return new Secret(() => vault.open(text, tokenPlace(accountNumber, apiName)).reveal());
};

/** The predecessor and other programs write wall times, times with a zone, and milliseconds or seconds since 1970. */
const readInstant = (value: string | number | null, zone: string): Date | null =>
  value === null ? null : fromText(String(value), zone);

/** Marks this very token inactive, and none that was stored since. False when it was inactive or is gone. */
export const deactivateToken = async (
  trx: Queryable,
  token: TokenOfApi,
  format: TokenFormat,
  now: Date,
): Promise<boolean> => {
  const texts = await textsOf(trx, token, format);
  if (texts.length === 0) return false;
  const changed = await trx
    .updateTable('upstox_tokens')
    .set({ is_active: 0, updated_at: now.getTime() })
    .where('api_name', '=', token.apiName)
    .where(ofAccount(token.accountNumber))
    .where('access_token', 'in', texts)
    .where((row) => row.or([row('is_active', '!=', 0), row('is_active', 'is', null)]))
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
};

/** Deletes this very token, which turned out to be of another login. */
export const removeToken = async (
  trx: Queryable,
  token: TokenOfApi,
  format: TokenFormat,
): Promise<boolean> => {
  const texts = await textsOf(trx, token, format);
  if (texts.length === 0) return false;
  const removed = await trx
    .deleteFrom('upstox_tokens')
    .where('api_name', '=', token.apiName)
    .where(ofAccount(token.accountNumber))
    .where('access_token', 'in', texts)
    .executeTakeFirst();
  return removed.numDeletedRows > 0n;
};

type TokenOfApi = Pick<StoredToken, 'accountNumber' | 'apiName' | 'accessToken'>;

/** The stored texts of this very token, plain or sealed. */
const textsOf = async (
  trx: Queryable,
  { accountNumber, apiName, accessToken }: TokenOfApi,
  format: TokenFormat,
): Promise<readonly string[]> => {
  const rows = await trx
    .selectFrom('upstox_tokens')
    .select('access_token')
    .where('api_name', '=', apiName)
    .where(ofAccount(accountNumber))
    .execute();
  const texts = rows.flatMap(({ access_token }) => access_token ?? []);
  return texts.filter(
    (text) => openToken(text, accountNumber, apiName, format).reveal() === accessToken.reveal(),
  );
};
