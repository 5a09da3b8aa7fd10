import type { Selectable } from 'kysely';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { HeldToken, HeldVerdict } from '../../domain/role/held-token.ts';
import type { HeldKind, RoleAssignment, RoleCredential } from '../../domain/role/role.ts';
import { Secret } from '../../domain/secret.ts';
import { readClaims } from '../../domain/token/jwt.ts';
import type { Queryable } from '../queryable.ts';
import type { HeldTokensTable } from '../schema/role-tables.ts';
import { heldTokenPlace, SealError, type Vault } from '../secrets/vault.ts';

export const findAssignments = async (
  db: Queryable,
  accountNumber: number,
): Promise<readonly RoleAssignment[]> => {
  const rows = await db
    .selectFrom('vega_role_assignments')
    .selectAll()
    .where('account_number', '=', accountNumber)
    .execute();
  return rows.map((row) => ({
    apiName: row.api_name as ApiName,
    credential: row.credential as RoleCredential,
    sharedWith: row.shared_with as ApiName | null,
    endsAt: row.ends_at === null ? null : new Date(row.ends_at),
    versionBase: row.version_base,
  }));
};

export const saveAssignment = async (
  trx: Queryable,
  accountNumber: number,
  assignment: RoleAssignment,
  changed: { readonly at: Date; readonly by: string },
): Promise<void> => {
  const row = {
    credential: assignment.credential,
    shared_with: assignment.sharedWith,
    ends_at: assignment.endsAt?.getTime() ?? null,
    version_base: assignment.versionBase,
    changed_at: changed.at.getTime(),
    changed_by: changed.by,
  };
  await trx
    .insertInto('vega_role_assignments')
    .values({ account_number: accountNumber, api_name: assignment.apiName, ...row })
    .onConflict((conflict) => conflict.columns(['account_number', 'api_name']).doUpdateSet(row))
    .execute();
};

export const findHeldTokens = async (
  db: Queryable,
  accountNumber: number,
  vault: Vault,
): Promise<readonly HeldToken[]> => {
  const rows = await db
    .selectFrom('vega_held_tokens')
    .selectAll()
    .where('account_number', '=', accountNumber)
    .orderBy('kind')
    .execute();
  return rows.map((row) => toHeldToken(row, vault));
};

/** Sealed until it is used. One that cannot be opened keeps its row readable. */
const toHeldToken = (row: Selectable<HeldTokensTable>, vault: Vault): HeldToken => {
  const kind = row.kind as HeldKind;
  const open = (): string => vault.open(row.access_token, heldTokenPlace(row.account_number, kind)).reveal();
  return {
    kind,
    accessToken: new Secret(open),
    fingerprint: row.fingerprint,
    claims: readClaims(textOrNothing(open)),
    expiresAt: row.expires_at === null ? null : new Date(row.expires_at),
    importedAt: new Date(row.imported_at),
    checkedAt: row.checked_at === null ? null : new Date(row.checked_at),
    verdict: row.verdict as HeldVerdict,
    httpStatus: row.http_status,
    version: row.version,
    isInTokenTable: row.in_token_table === 1,
  };
};

const textOrNothing = (open: () => string): string => {
  try {
    return open();
  } catch (error) {
    if (error instanceof SealError) return '';
    throw error;
  }
};

/** Replaces the account's token of that kind; its versions go on rising. */
export const saveHeldToken = async (
  trx: Queryable,
  accountNumber: number,
  token: Omit<HeldToken, 'claims' | 'version'>,
  vault: Vault,
): Promise<number> => {
  const sealed = vault.seal(token.accessToken, heldTokenPlace(accountNumber, token.kind));
  const row = {
    access_token: sealed,
    fingerprint: token.fingerprint,
    expires_at: token.expiresAt?.getTime() ?? null,
    imported_at: token.importedAt.getTime(),
    checked_at: token.checkedAt?.getTime() ?? null,
    verdict: token.verdict,
    http_status: token.httpStatus,
    in_token_table: token.isInTokenTable ? 1 : 0,
  };
  const { version } = await trx
    .insertInto('vega_held_tokens')
    .values({ account_number: accountNumber, kind: token.kind, version: 1, ...row })
    .onConflict((conflict) =>
      conflict.columns(['account_number', 'kind']).doUpdateSet((stored) => ({
        ...row,
        version: stored('vega_held_tokens.version', '+', 1),
      })),
    )
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
};

/**
 * Stores what a market-data call said of this very token, and of none that was stored since; without an answer the time of
 * the last one stays. False where the broker has answered a call that was begun later.
 */
export const noteHeldVerdict = async (
  trx: Queryable,
  accountNumber: number,
  { kind, fingerprint }: Pick<HeldToken, 'kind' | 'fingerprint'>,
  { verdict, httpStatus, askedAt }: Pick<HeldToken, 'verdict' | 'httpStatus'> & { readonly askedAt: Date },
): Promise<boolean> => {
  const updated = await trx
    .updateTable('vega_held_tokens')
    .set({
      verdict,
      http_status: httpStatus,
      ...(httpStatus === null ? {} : { checked_at: askedAt.getTime() }),
    })
    .where('account_number', '=', accountNumber)
    .where('kind', '=', kind)
    .where('fingerprint', '=', fingerprint)
    .where((row) => row.or([row('checked_at', 'is', null), row('checked_at', '<=', askedAt.getTime())]))
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
};
