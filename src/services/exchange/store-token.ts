import type { IssuedToken } from '../../broker/api/oauth.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import { LeaseLost } from '../../db/fence.ts';
import { replaceToken } from '../../db/queries/token-replacement.ts';
import { findTokens } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { toAuditEntry } from '../../domain/events/audit.ts';
import { expiryOf } from '../../domain/token/expiry.ts';
import { readClaims } from '../../domain/token/jwt.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import { type AuditedWrites, newAuditKey } from '../audit/audit.ts';
import type { AlongWrite } from '../runs/live-run.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { findNeedlessLogin } from './needless-login.ts';

/** The token that was replaced, where that is known; and whether the database has the new one, or a spill file for it. */
interface StoredNow {
  readonly before: StoredToken | undefined;
  readonly isStored: boolean;
}

/**
 * Stores a token: its row, the execution state and the audit entry, in one transaction and in this order; then publishes
 * it. While a server cannot be reached, what is needed for that waits in the spill file, and nothing is published.
 */
export const storeToken = async (
  { database, audit, clock }: AuditedWrites,
  { live, account, config, log }: LiveStep,
  token: IssuedToken,
  along: AlongWrite,
): Promise<StoredNow> => {
  const { apiName } = config;
  const { accessToken } = token;
  const issuedAt = readClaims(accessToken.reveal()).issuedAt ?? clock();
  const { expiresAt: ownEnd, conflictsWithRule } = expiryOf(accessToken.reveal(), issuedAt);
  const expiresAt = token.endsAt !== undefined && token.endsAt < ownEnd ? token.endsAt : ownEnd;
  if (conflictsWithRule)
    log.warn({ api: apiName, expiresAt }, 'the token does not end at the next 03:30 IST');
  const row = { ...config, accountNumber: account.number, accessToken, issuedAt, expiresAt };
  const reference = live.reference(apiName);
  const [key, at] = [newAuditKey(), clock()];
  try {
    const { isStored, result } = await live.change(
      apiName,
      { step: 'VERIFY' },
      async (transaction, saveStep) => {
        await refuseToReplace(transaction, account, apiName, clock());
        const tokens = await findTokens(transaction, account.number, database);
        const stored = await replaceToken(transaction, row, database, clock());
        await along.store(transaction);
        await saveStep();
        const facts = { fingerprint: fingerprint(accessToken), ...stored };
        const entry = toAuditEntry('TOKEN_STORED', facts, reference, key, at);
        await audit.append(transaction, [entry]);
        return tokens.find((one) => one.apiName === apiName);
      },
      () => [{ kind: 'ISSUED_TOKEN', token: row, account, reference, key, at }, ...along.facts],
    );
    if (isStored) await live.publishStored(apiName);
    return { before: result ?? undefined, isStored };
  } catch (error) {
    if (error instanceof LoginFailure || error instanceof LeaseLost) throw error;
    throw new LoginFailure('STORAGE_FAILED', 'The token could not be written to the database.', {
      cause: error,
    });
  }
};

/** The token of a role that another credential serves by now stays as it is. */
const refuseToReplace = async (
  transaction: Queryable,
  account: Account,
  apiName: ApiName,
  now: Date,
): Promise<void> => {
  const needless = await findNeedlessLogin(transaction, account, apiName, now);
  if (needless === null) return;
  throw new LoginFailure(needless.code, `${needless.message} The token that came of it is not stored.`);
};
