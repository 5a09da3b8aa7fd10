import { findAccounts } from '../../db/queries/accounts.ts';
import { findAssignments, findHeldTokens, saveHeldToken } from '../../db/queries/roles.ts';
import { replaceToken } from '../../db/queries/token-replacement.ts';
import type { Queryable } from '../../db/queryable.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { isSameUser } from '../../domain/account/broker-user-id.ts';
import { Refusal } from '../../domain/refusal.ts';
import { refuseAssignment } from '../../domain/role/assignment-rules.ts';
import {
  foreignToken,
  type ImportedCredential,
  refuseByClaims,
  refuseByProbe,
} from '../../domain/role/import-rules.ts';
import { type HeldKind, isByLogin, servedBy } from '../../domain/role/role.ts';
import type { Secret } from '../../domain/secret.ts';
import { expiryOf } from '../../domain/token/expiry.ts';
import { readClaims } from '../../domain/token/jwt.ts';
import { type AccountRole, listAccountRoles } from './account-roles.ts';
import { type RoleParts, settleRoles } from './assign-role.ts';
import { changeRoles, storeAssignment } from './change-roles.ts';
import { removeHeldFromTable, rowFor, writeHeldToTable } from './token-table.ts';

export interface TokenImport {
  readonly credential: ImportedCredential;
  readonly apiNames: readonly ApiName[];
  readonly accessToken: Secret;
  /** Of a yearly token: other programs find it in `upstox_tokens`, too. */
  readonly writesToTable: boolean;
}

/** Takes in a token that the operator has made at the broker. It is stored once the broker has confirmed it, and not before. */
export const importToken = async (
  parts: RoleParts,
  account: Account,
  wish: TokenImport,
  by: string,
): Promise<readonly AccountRole[]> => {
  const { credential, apiNames, accessToken } = wish;
  const [apps, roles] = [await parts.apiConfigs.list(account), await parts.roles.list(account)];
  if (credential === 'PASTED' && apiNames.length !== 1)
    throw new Refusal('BAD_USER_INPUT', 'A pasted token is for one role.', 'Name that role in apiNames.');
  for (const apiName of apiNames) refuseAssignment({ apiName, credential, sharedWith: null }, roles, apps);
  const claims = readClaims(accessToken.reveal());
  const owner = { brokerUserId: await knownUser(parts, account) };
  refuseByClaims(claims, credential, owner, parts.clock());
  if (credential === 'PASTED') await refuseHeld(parts, account, accessToken);
  const probe = await (credential === 'PASTED'
    ? parts.verifier.probe(accessToken)
    : parts.verifier.probeMarketData(accessToken));
  refuseByProbe(probe, claims, owner);
  const userId = probe.kind === 'ALIVE' ? probe.profile.userId : claims.userId;
  await refuseOtherAccount(parts, account, userId);
  if (credential === 'PASTED') await storePasted(parts, account, wish, by);
  else await storeHeld(parts, account, { ...wish, credential }, by);
  await settleRoles(parts, account);
  return listAccountRoles(parts, account);
};

const storePasted = async (
  parts: RoleParts,
  account: Account,
  { apiNames, accessToken }: TokenImport,
  by: string,
): Promise<void> => {
  const { database, audit, clock, roles, verifier } = parts;
  const [apiName] = apiNames;
  if (apiName === undefined) return;
  const issuedAt = readClaims(accessToken.reveal()).issuedAt ?? clock();
  const { expiresAt } = expiryOf(accessToken.reveal(), issuedAt);
  const reference = { accountId: account.id, apiName };
  const print = fingerprint(accessToken);
  await changeRoles(parts, account, async (trx) => {
    const apps = await refuseAgain(trx, parts, account, { apiNames, credential: 'PASTED' });
    const endsAt = (await isForToday(trx, parts, account, apiName)) ? expiresAt : null;
    const row = rowFor(account, apiName, apps, { accessToken, issuedAt, expiresAt });
    const stored = await replaceToken(trx, row, database, clock());
    const wish = { apiName, credential: 'PASTED', sharedWith: null, endsAt } as const;
    await storeAssignment(trx, parts, account, wish, by);
    await audit.note(trx, 'TOKEN_IMPORTED', { fingerprint: print, credential: 'PASTED', by }, reference);
    await audit.note(trx, 'TOKEN_STORED', { fingerprint: print, ...stored }, reference);
  });
  // Asked once more, so that what is known of the role rests on the token as it is stored.
  await verifier.check(account, [await roles.get(account, apiName)]);
};

/** A role that was served by its login is so again when the pasted token ends. */
const isForToday = async (
  trx: Queryable,
  { roles }: RoleParts,
  account: Account,
  apiName: ApiName,
): Promise<boolean> => {
  const before = (await roles.listIn(trx, account)).find((role) => role.apiName === apiName);
  const assigned = (await findAssignments(trx, account.number)).find((one) => one.apiName === apiName);
  return (before !== undefined && isByLogin(before)) || assigned?.endsAt != null;
};

/** The roles may have been assigned otherwise while the broker was asked. Answers the apps. */
const refuseAgain = async (
  trx: Queryable,
  { roles, apiConfigs }: RoleParts,
  account: Account,
  { apiNames, credential }: Pick<TokenImport, 'apiNames' | 'credential'>,
): Promise<readonly ApiConfig[]> => {
  const isThere = (await findAccounts(trx)).some(
    ({ id, number }) => id === account.id && number === account.number,
  );
  if (!isThere)
    throw new Refusal(
      'NOT_FOUND',
      `${account.id} was removed meanwhile.`,
      'Add it again, and import the token then.',
    );
  const apps = await apiConfigs.listIn(trx, account);
  const present = await roles.listIn(trx, account);
  for (const apiName of apiNames) refuseAssignment({ apiName, credential, sharedWith: null }, present, apps);
  return apps;
};

const storeHeld = async (
  parts: RoleParts,
  account: Account,
  wish: TokenImport & { readonly credential: HeldKind },
  by: string,
): Promise<void> => {
  const { database, audit, clock, roles } = parts;
  const { credential: kind, apiNames, accessToken, writesToTable } = wish;
  const print = fingerprint(accessToken);
  const now = clock();
  const held = {
    ...{ kind, accessToken, fingerprint: print, importedAt: now, checkedAt: now },
    expiresAt: readClaims(accessToken.reveal()).expiresAt,
    verdict: 'VALID' as const,
    ...{ httpStatus: 200, isInTokenTable: writesToTable },
  };
  await changeRoles(parts, account, async (trx) => {
    const apps = await refuseAgain(trx, parts, account, wish);
    const former = await findHeldTokens(trx, account.number, database.vault);
    const replaced = former.filter((one) => one.kind === kind);
    await removeHeldFromTable(trx, database, account, replaced);
    const version = await saveHeldToken(trx, account.number, held, database.vault);
    for (const apiName of apiNames)
      await storeAssignment(
        trx,
        parts,
        account,
        { apiName, credential: kind, sharedWith: null, endsAt: null },
        by,
      );
    const served = servedBy(kind, await roles.listIn(trx, account));
    if (writesToTable) await writeHeldToTable(trx, database, account, { apiNames: served, apps, held, now });
    const reference = { accountId: account.id };
    await audit.note(trx, 'TOKEN_IMPORTED', { fingerprint: print, credential: kind, by }, reference);
    await audit.note(trx, 'TOKEN_HELD', { fingerprint: print, kind, version }, reference);
    const facts = { credential: kind, sharedWith: null, until: null, by };
    for (const apiName of apiNames) await audit.note(trx, 'ROLE_ASSIGNED', facts, { ...reference, apiName });
  });
};

const refuseHeld = async ({ verifier }: RoleParts, account: Account, accessToken: Secret): Promise<void> => {
  const held = await verifier.heldTokens(account);
  if (!held.some((one) => one.fingerprint === fingerprint(accessToken))) return;
  throw new Refusal(
    'CREDENTIAL_NOT_ALLOWED',
    'This is the account’s read-only token.',
    'Make a token for trading at the broker.',
  );
};

/** Whose account it is: as its first login has told, else as the broker says of a token that works. */
const knownUser = async ({ roles, verifier }: RoleParts, account: Account): Promise<string | null> => {
  if (account.brokerUserId !== null) return account.brokerUserId;
  const known = await verifier.lastKnown(account, await roles.list(account));
  const profiles = known.map((one) =>
    one.check.verdict === 'VALID' ? verifier.profileOf(account, one) : null,
  );
  return profiles.find((profile) => profile !== null)?.userId ?? null;
};

/** A user of the broker belongs to one account here. */
const refuseOtherAccount = async (
  { database }: RoleParts,
  account: Account,
  userId: string | null,
): Promise<void> => {
  if (userId === null) return;
  const accounts = await findAccounts(database.read);
  const isOther = accounts.some(
    ({ id, brokerUserId }) => id !== account.id && brokerUserId !== null && isSameUser(brokerUserId, userId),
  );
  if (isOther) throw foreignToken();
};
