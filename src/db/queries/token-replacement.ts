import type { NewToken, StoredToken, StoreOperation } from '../../domain/token/token.ts';
import { fromWallTime, toWallTime } from '../../domain/wall-time.ts';
import type { TokenReplacement } from '../change.ts';
import { AlteredRow } from '../database-error.ts';
import { asOneChange } from '../journal.ts';
import type { Queryable } from '../queryable.ts';
import { fingerprint } from '../secrets/fingerprint.ts';
import { tokenPlace, tokenSecretPlace } from '../secrets/vault.ts';
import { nextTokenId } from './next-token-id.ts';
import { findToken, ofAccount, type TokenFormat } from './tokens.ts';

/** What storing a token did, and which version of its API's tokens it is. */
export interface Stored {
  readonly operation: StoreOperation;
  readonly version: number;
}

/** Replaces the API's token in the caller's transaction. */
export const replaceToken = async (
  trx: Queryable,
  token: NewToken,
  format: TokenFormat,
  now: Date,
): Promise<Stored> => {
  const made = { row: toRow(token, format, now), fingerprint: fingerprint(token.accessToken) };
  const present = await findPresent(trx, made, format);
  const replacement = { ...made, replaced: present?.fingerprint ?? null };
  return asOneChange(trx, { kind: 'TOKEN', replacement }, () => put(trx, replacement, format, present));
};

/** Replays a replacement. False when it is there already, or another program has stored a newer token since. */
export const replayToken = async (
  trx: Queryable,
  replacement: TokenReplacement,
  format: TokenFormat,
): Promise<boolean> => {
  const { row } = replacement;
  const present = await findPresent(trx, replacement, format);
  const madeAt = fromWallTime(String(row.generated_at), format.zone);
  if (present?.fingerprint === replacement.fingerprint) return false;
  // The newest wins, but over the one that was to be replaced, however new that says it is.
  const isToBeReplaced = present !== undefined && present.fingerprint === replacement.replaced;
  if (!isToBeReplaced && isNewerThan(present, madeAt)) return false;
  await put(trx, replacement, format, present);
  return true;
};

/** Whether a stored token was made after that moment; false where that is not known. */
export const isNewerThan = (stored: StoredToken | undefined, madeAt: Date | null): boolean =>
  stored?.generatedAt != null && madeAt !== null && stored.generatedAt.getTime() > madeAt.getTime();

const put = async (
  trx: Queryable,
  replacement: TokenReplacement,
  format: TokenFormat,
  before: StoredToken | undefined,
): Promise<Stored> => {
  const { row } = replacement;
  const removed = await trx
    .deleteFrom('upstox_tokens')
    .where('api_name', '=', row.api_name)
    .where(ofAccount(row.user_id))
    .executeTakeFirst();
  await trx
    .insertInto('upstox_tokens')
    .values({ ...(await nextTokenId(trx)), ...row })
    .execute();
  await refuseAltered(trx, replacement, format);
  const operation: StoreOperation = removed.numDeletedRows > 0n ? 'REPLACED' : 'INSERTED';
  const { version } = await trx
    .insertInto('vega_token_versions')
    .values({
      account_number: row.user_id,
      api_name: row.api_name,
      version: (before?.version ?? 0) + 1,
      fingerprint: replacement.fingerprint,
      operation,
    })
    .onConflict((conflict) =>
      conflict.columns(['account_number', 'api_name']).doUpdateSet((stored) => ({
        // A replaced row of another program counts as a version of its own.
        version:
          before === undefined
            ? stored('vega_token_versions.version', '+', 1)
            : stored.ref('excluded.version'),
        fingerprint: stored.ref('excluded.fingerprint'),
        operation: stored.ref('excluded.operation'),
        confirmed_at: null,
      })),
    )
    .returning('version')
    .executeTakeFirstOrThrow();
  return { operation, version };
};

/** A trigger of another program can drop or change a row without an error. */
const refuseAltered = async (
  trx: Queryable,
  { row }: TokenReplacement,
  format: TokenFormat,
): Promise<void> => {
  const kept = await trx
    .selectFrom('upstox_tokens')
    .select(['access_token', 'validity_at', 'is_active'])
    .where('api_name', '=', row.api_name)
    .where(ofAccount(row.user_id))
    .execute();
  const [only] = kept;
  const endsAt = fromWallTime(String(only?.validity_at), format.zone)?.getTime();
  const isKept =
    kept.length === 1 &&
    only?.access_token === row.access_token &&
    endsAt === fromWallTime(String(row.validity_at), format.zone)?.getTime() &&
    only?.is_active === row.is_active;
  if (isKept) return;
  throw new AlteredRow();
};

const findPresent = (trx: Queryable, { row }: Pick<TokenReplacement, 'row'>, format: TokenFormat) =>
  findToken(trx, row.user_id, row.api_name, format);

const toRow = (token: NewToken, { zone, vault, sealsTokens }: TokenFormat, now: Date) => {
  const { accountNumber, apiName, accessToken } = token;
  return {
    access_token: sealsTokens
      ? vault.seal(accessToken, tokenPlace(accountNumber, apiName))
      : accessToken.reveal(),
    api_name: apiName,
    client_id: token.clientId,
    client_secret:
      token.clientSecret && vault.seal(token.clientSecret, tokenSecretPlace(accountNumber, apiName)),
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
  };
};
