import type { IssuedToken } from '../../broker/api/oauth.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import type { Database } from '../../db/database.ts';
import { rememberBrokerUser } from '../../db/queries/accounts.ts';
import { replaceToken, type Stored } from '../../db/queries/token-replacement.ts';
import { findTokens, removeToken } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import type { Account } from '../../domain/account.ts';
import type { ApiConfig } from '../../domain/api-config.ts';
import { expiryOf } from '../../domain/expiry.ts';
import { readClaims } from '../../domain/jwt.ts';
import type { StoredToken } from '../../domain/token.ts';
import { reasonText } from '../../domain/verdict.ts';
import type { Logger } from '../../log.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import type { CheckpointObserver } from './checkpoints.ts';
import type { LiveRun } from './live-run.ts';

/** For whom and for what a token is kept. */
export interface KeepOrder {
  readonly account: Account;
  readonly config: ApiConfig;
  readonly live: LiveRun;
  readonly database: Database;
  readonly verifier: TokenVerifier;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly onCheckpoint: CheckpointObserver;
  readonly log: Logger;
}

/** What is written in the same transaction as the token. */
type Along = (transaction: Queryable) => Promise<void>;

const nothing: Along = async () => undefined;

/** Where every token ends, whichever way it came: refused if it is a stranger's, stored, and confirmed by the broker. */
export const keepToken = async (
  order: KeepOrder,
  token: IssuedToken,
  along: Along = nothing,
): Promise<void> => {
  const { config, live, onCheckpoint, verifier } = order;
  refuseForeign(order, token);
  const { madeAt } = live;
  live.noteMade(verifier.moment);
  await live.enter(config.apiName, 'STORE');
  onCheckpoint('STORE_ENTERED');
  const before = await store(order, token, along);
  onCheckpoint('TOKEN_STORED');
  onCheckpoint('VERIFY_ENTERED');
  await verify(order, token, { before, madeAt });
  onCheckpoint('TOKEN_VERIFIED');
};

/** The answer and the token itself both may say whose it is; a stranger's token is not kept. */
const refuseForeign = ({ account }: KeepOrder, token: IssuedToken): void => {
  const named = [token.userId, readClaims(token.accessToken.reveal()).userId];
  const isForeign =
    account.brokerUserId !== null && named.some((id) => id !== null && id !== account.brokerUserId);
  if (isForeign)
    throw new LoginFailure('WRONG_ACCOUNT', 'The broker issued a token of another user; it was not stored.');
};

/** The token's row, the run's next step and the audit's entry: in one transaction, in this order. Answers what lay there before. */
const store = async (
  order: KeepOrder,
  token: IssuedToken,
  along: Along,
): Promise<StoredToken | undefined> => {
  const { account, config, live, database, audit, clock, log } = order;
  const issuedAt = readClaims(token.accessToken.reveal()).issuedAt ?? clock();
  const { expiresAt: ownEnd, conflictsWithRule } = expiryOf(token.accessToken.reveal(), issuedAt);
  const expiresAt = token.endsAt !== undefined && token.endsAt < ownEnd ? token.endsAt : ownEnd;
  if (conflictsWithRule)
    log.warn({ api: config.apiName, expiresAt }, 'the token does not end at the next 03:30 IST');
  try {
    const { accessToken } = token;
    const replacing = { ...config, accountNumber: account.number, accessToken, issuedAt, expiresAt };
    let stored: Stored = { operation: 'INSERTED', version: 0 };
    let before: StoredToken | undefined;
    await live.enter(config.apiName, 'VERIFY', {
      first: async (transaction) => {
        before = await findPresent(transaction, order);
        stored = await replaceToken(transaction, replacing, database, clock());
        await along(transaction);
      },
      note: (transaction) => {
        const facts = { fingerprint: fingerprint(accessToken), ...stored };
        return audit.note(transaction, 'TOKEN_STORED', facts, live.reference(config.apiName));
      },
    });
    await live.publishStored({ apiName: config.apiName, version: stored.version });
    return before;
  } catch (error) {
    throw new LoginFailure('STORAGE_FAILED', 'The token could not be written to the database.', {
      cause: error,
    });
  }
};

const findPresent = async (
  db: Queryable,
  { account, config, database }: KeepOrder,
): Promise<StoredToken | undefined> => {
  const tokens = await findTokens(db, account.number, database);
  return tokens.find(({ apiName }) => apiName === config.apiName);
};

/** What was there before the token. */
interface Former {
  readonly before: StoredToken | undefined;
  /** The moment of the last token that was made. */
  readonly madeAt: number;
}

const verify = async (order: KeepOrder, token: IssuedToken, former: Former): Promise<void> => {
  const { account, config, database, verifier, live } = order;
  const [known] = await verifier.check(account, [config]);
  const check = known?.check;
  if (check?.verdict === 'VALID') {
    const userId = known?.token === undefined ? undefined : verifier.profileOf(account, known.token)?.userId;
    if (userId !== undefined) {
      await database.write((transaction) => rememberBrokerUser(transaction, account.id, userId));
    }
    return;
  }
  if (check?.reason === 'WRONG_ACCOUNT') {
    // It ends no token of this user.
    live.noteMade(former.madeAt);
    await putBack(order, token, former.before);
    throw new LoginFailure(
      'WRONG_ACCOUNT',
      'The profile of the new token is of another user; it was not kept.',
    );
  }
  // Only the broker rejects a token; whatever else is in the way says nothing of it.
  if (check?.reason === 'REJECTED')
    throw new LoginFailure('TOKEN_REJECTED', 'The broker says that the new token is not valid.');
  const reason = check === undefined ? 'not found' : reasonText(check);
  throw new LoginFailure('UNVERIFIED', `The token is stored, but the profile call told nothing (${reason}).`);
};

/** A stranger's token goes; one that was in use in its place comes back, and is a new version to whoever holds the other. */
const putBack = async (
  { account, config, database, audit, live, clock }: KeepOrder,
  { accessToken }: IssuedToken,
  before: StoredToken | undefined,
): Promise<void> => {
  const { apiName } = config;
  const accountNumber = account.number;
  const reference = live.reference(apiName);
  let version: number | null = null;
  await database.write(async (transaction) => {
    await removeToken(transaction, { accountNumber, apiName, accessToken }, database);
    await audit.note(transaction, 'TOKEN_REMOVED', { fingerprint: fingerprint(accessToken) }, reference);
    if (before?.isActive !== true || !(before.validUntil instanceof Date)) return;
    const issuedAt = before.generatedAt ?? clock();
    const former = {
      ...config,
      accountNumber,
      accessToken: before.accessToken,
      issuedAt,
      expiresAt: before.validUntil,
    };
    const stored = await replaceToken(transaction, former, database, clock());
    version = stored.version;
    await audit.note(transaction, 'TOKEN_STORED', { fingerprint: before.fingerprint, ...stored }, reference);
  });
  if (version !== null) await live.publishStored({ apiName, version });
};
