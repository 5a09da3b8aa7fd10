import { API_NAMES } from '../../domain/account/api-name.ts';
import { toAuditEntry } from '../../domain/events/audit.ts';
import { credentialAt } from '../../domain/role/role.ts';
import { isOver } from '../../domain/run/generation-run.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import type { AuditChain } from '../audit/audit-chain.ts';
import type { Fact, HeldTokenChange, IssuedTokenChange, Maker, RestChange, RunChange } from '../change.ts';
import { findEpoch } from '../queries/account-leases.ts';
import { findAccounts } from '../queries/accounts.ts';
import { settleAcquisition } from '../queries/approvals.ts';
import { changeAuthRecord, findAuthRecord } from '../queries/auth-states.ts';
import { findRun, isRunOf, updateRun } from '../queries/generation-runs.ts';
import { findAssignments, findHeldTokens, saveHeldToken } from '../queries/roles.ts';
import { isNewerThan, replaceToken } from '../queries/token-replacement.ts';
import { findToken, findTokens, type TokenFormat } from '../queries/tokens.ts';
import type { Queryable } from '../queryable.ts';
import { fingerprint } from '../secrets/fingerprint.ts';

export interface FactReplayer {
  readonly format: TokenFormat;
  readonly chain: AuditChain;
}

/** Replays one fact as it fits to what is there by now. Twice does no more than once. */
export const replayFact = async (
  trx: Queryable,
  fact: Fact,
  maker: Maker | null,
  replayer: FactReplayer,
): Promise<void> => {
  switch (fact.kind) {
    case 'ISSUED_TOKEN':
      return replayIssuedToken(trx, fact, replayer);
    case 'HELD_TOKEN':
      return replayHeldToken(trx, fact, replayer);
    case 'RUN':
      return replayRun(trx, fact, maker);
    case 'REST':
      return replayRest(trx, fact);
    case 'ACQUISITION':
      await settleAcquisition(trx, fact, fact.at);
      return;
    case 'AUDIT':
      return replayer.chain.append(trx, fact.entry);
  }
};

const replayIssuedToken = async (
  trx: Queryable,
  change: IssuedTokenChange,
  { format, chain }: FactReplayer,
): Promise<void> => {
  const { token, reference, key, at } = change;
  const mark = fingerprint(token.accessToken);
  const present = await findToken(trx, token.accountNumber, token.apiName, format);
  if (present?.fingerprint === mark) return;
  const reason = await findReasonToDrop(trx, change, present);
  if (reason !== null) {
    await chain.append(trx, toAuditEntry('TOKEN_DROPPED', { fingerprint: mark, reason }, reference, key, at));
    return;
  }
  const stored = await replaceToken(trx, token, format, at);
  await chain.append(trx, toAuditEntry('TOKEN_STORED', { fingerprint: mark, ...stored }, reference, key, at));
};

const REMOVED = 'its account was removed';
const SERVED = 'another credential serves its role';
const NEWER = 'a newer one is stored';

/** Null where the token is stored. */
const findReasonToDrop = async (
  trx: Queryable,
  { token, account, at }: IssuedTokenChange,
  present: StoredToken | undefined,
): Promise<string | null> => {
  if (!(await isThere(trx, account))) return REMOVED;
  const assignments = await findAssignments(trx, token.accountNumber);
  if (credentialAt(token.apiName, assignments, at) !== 'LOGIN') return SERVED;
  return isNewerThan(present, token.issuedAt) ? NEWER : null;
};

/** Of two that came at once the later one is issued later; one that is stored again counts as the same. */
const replayHeldToken = async (
  trx: Queryable,
  { token, account, reference, key, at }: HeldTokenChange,
  { format, chain }: FactReplayer,
): Promise<void> => {
  const held = await findHeldTokens(trx, account.number, format.vault);
  const former = held.find(({ kind }) => kind === token.kind);
  if (former?.fingerprint === token.fingerprint) return;
  const isNewer = former !== undefined && former.importedAt > token.importedAt;
  if (isNewer || !(await isThere(trx, account))) {
    const reason = isNewer ? NEWER : REMOVED;
    const facts = { fingerprint: token.fingerprint, reason };
    await chain.append(trx, toAuditEntry('TOKEN_DROPPED', facts, reference, key, at));
    return;
  }
  const isInTokenTable = former?.isInTokenTable === true;
  if (isInTokenTable) await replaceInTable(trx, former.fingerprint, { token, account, at }, format);
  const version = await saveHeldToken(trx, account.number, { ...token, isInTokenTable }, format.vault);
  const facts = { fingerprint: token.fingerprint, kind: token.kind, version };
  await chain.append(trx, toAuditEntry('TOKEN_HELD', facts, reference, key, at));
};

const YEAR_MS = 365 * 86_400_000;

/** Where the operator wants the former token in the table of other programs, this one takes its place. */
const replaceInTable = async (
  trx: Queryable,
  former: string,
  { token, account, at }: Pick<HeldTokenChange, 'token' | 'account' | 'at'>,
  format: TokenFormat,
): Promise<void> => {
  const rows = await findTokens(trx, account.number, format);
  for (const { apiName, clientId } of rows.filter((row) => row.fingerprint === former)) {
    const row = {
      ...{ apiName, clientId, accountNumber: account.number, accessToken: token.accessToken },
      ...{ isPrimary: apiName === 'PRIMARY', apiIndex: API_NAMES.indexOf(apiName) },
      ...{ clientSecret: null, redirectUri: null, issuedAt: token.importedAt },
      expiresAt: token.expiresAt ?? new Date(token.importedAt.getTime() + YEAR_MS),
    };
    await replaceToken(trx, row, format, at);
  }
};

/** Whoever has taken over the run, or the account, knows better by now; and a run that is over stays so. */
const replayRun = async (trx: Queryable, { run, apiName }: RunChange, maker: Maker | null): Promise<void> => {
  const present = await findRun(trx, run.id);
  if (present === null || isOver(present) || maker === null) return;
  const isTheirs =
    maker.epoch === null
      ? await isRunOf(trx, run.id, maker.process)
      : (await findEpoch(trx, run.accountId)) === maker.epoch;
  if (!isTheirs) return;
  await updateRun(trx, run, apiName ?? undefined);
};

/** A rest never ends earlier than what is stored says, and what the operator has cleared since stays cleared. */
const replayRest = async (trx: Queryable, { accountId, rest }: RestChange): Promise<void> => {
  const present = await findAuthRecord(trx, accountId);
  const { cooldown, quarantinedAt } = rest;
  if (cooldown != null && (present.cooldown === null || present.cooldown.until < cooldown.until))
    await changeAuthRecord(trx, accountId, { cooldown });
  const isCleared = quarantinedAt != null && present.clearedAt !== null && present.clearedAt > quarantinedAt;
  if (quarantinedAt != null && present.quarantinedAt === null && !isCleared)
    await changeAuthRecord(trx, accountId, { quarantinedAt });
};

const isThere = async (trx: Queryable, { id, number }: IssuedTokenChange['account']): Promise<boolean> =>
  (await findAccounts(trx)).some((account) => account.id === id && account.number === number);
