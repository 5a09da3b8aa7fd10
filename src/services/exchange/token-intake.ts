import type { IssuedToken } from '../../broker/api/oauth.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import { LeaseLost } from '../../db/fence.ts';
import { rememberBrokerUser } from '../../db/queries/accounts.ts';
import { replaceToken } from '../../db/queries/token-replacement.ts';
import { removeToken } from '../../db/queries/tokens.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import { isSameUser } from '../../domain/account/broker-user-id.ts';
import { loginRole } from '../../domain/role/role.ts';
import { nextExpiry } from '../../domain/token/expiry.ts';
import { readClaims } from '../../domain/token/jwt.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import { endOf, reasonText } from '../../domain/token/verdict.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { AlongWrite } from '../runs/live-run.ts';
import type { LiveStep } from '../runs/live-step.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import { findNeedlessLogin } from './needless-login.ts';
import { storeToken } from './store-token.ts';

interface Options extends AuditedWrites {
  readonly verifier: TokenVerifier;
  readonly onCheckpoint: CheckpointObserver;
}

const NOTHING: AlongWrite = { store: async () => undefined, facts: [] };

/** What was there before the token. */
interface Former {
  readonly before: StoredToken | undefined;
  /** The moment of the last token that was issued. */
  readonly madeAt: number;
}

/** Takes in every token, whichever way it came: refuses one of another user, stores it, and has the broker confirm it. */
export class TokenIntake {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** `along` is written in the transaction that stores the token. */
  async take(step: LiveStep, token: IssuedToken, along: AlongWrite = NOTHING): Promise<void> {
    const { verifier, onCheckpoint } = this.#options;
    const { live } = step;
    refuseForeign(step, token);
    const { madeAt } = live;
    live.noteMade(verifier.moment);
    await enterStore(step);
    onCheckpoint('STORE_ENTERED');
    const { before, isStored } = await storeToken(this.#options, step, token, along);
    onCheckpoint('TOKEN_STORED');
    if (!isStored)
      throw new LoginFailure(
        'UNVERIFIED',
        'The token waits in the spill file: the database cannot be reached. Whether it is valid is not known yet.',
      );
    onCheckpoint('VERIFY_ENTERED');
    await this.#verify(step, token, { before, madeAt });
    onCheckpoint('TOKEN_VERIFIED');
  }

  async #verify(step: LiveStep, token: IssuedToken, { before, madeAt }: Former): Promise<void> {
    const { database, verifier } = this.#options;
    const { live, account, config } = step;
    const [known] = await verifier.check(account, [loginRole(config)]);
    const check = known?.check;
    if (check?.verdict === 'VALID') {
      const userId = known === undefined ? undefined : verifier.profileOf(account, known)?.userId;
      if (userId !== undefined)
        await database.write((transaction) => rememberBrokerUser(transaction, account.id, userId));
      return;
    }
    if (check?.reason === 'WRONG_ACCOUNT') {
      // A token of another user ends none of this user's.
      live.noteMade(madeAt);
      await this.#putBack(step, token, before);
      throw new LoginFailure(
        'WRONG_ACCOUNT',
        'The profile of the new token is of another user; it was not kept.',
      );
    }
    // Only the broker rejects a token; a timeout or an outage says nothing about it.
    if (check?.reason === 'REJECTED')
      throw new LoginFailure('TOKEN_REJECTED', 'The broker says that the new token is not valid.');
    const reason = check === undefined ? 'not found' : reasonText(check);
    throw new LoginFailure(
      'UNVERIFIED',
      `The token is stored, but the profile call told nothing (${reason}).`,
    );
  }

  /**
   * Removes a token of another user. One that was in use in its place comes back, as a new version, while the role is served
   * by its login.
   */
  async #putBack(
    { live, account, config }: LiveStep,
    { accessToken }: IssuedToken,
    before: StoredToken | undefined,
  ): Promise<void> {
    const { database, audit, clock } = this.#options;
    const { apiName } = config;
    const accountNumber = account.number;
    const reference = live.reference(apiName);
    const isBack = await database.write(async (transaction) => {
      const isRemoved = await removeToken(transaction, { accountNumber, apiName, accessToken }, database);
      // Another token is in its place by now.
      if (!isRemoved) return false;
      await audit.note(transaction, 'TOKEN_REMOVED', { fingerprint: fingerprint(accessToken) }, reference);
      const needless = await findNeedlessLogin(transaction, account, apiName, clock());
      if (before?.isActive !== true || needless !== null) return false;
      const former = {
        ...config,
        accountNumber,
        accessToken: before.accessToken,
        issuedAt: before.generatedAt ?? clock(),
        expiresAt: endOf(before) ?? nextExpiry(clock()),
      };
      const stored = await replaceToken(transaction, former, database, clock());
      const facts = { fingerprint: before.fingerprint, ...stored };
      await audit.note(transaction, 'TOKEN_STORED', facts, reference);
      return true;
    });
    if (isBack) await live.publishStored(apiName);
  }
}

/** Who has lost the account to another worker stores the token all the same, and stops then. */
const enterStore = async ({ live, config }: LiveStep): Promise<void> => {
  try {
    await live.enter(config.apiName, 'STORE');
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
  }
};

/** The answer and the token itself both may say whose it is. */
const refuseForeign = ({ account }: LiveStep, token: IssuedToken): void => {
  const named = [token.userId, readClaims(token.accessToken.reveal()).userId];
  const { brokerUserId } = account;
  const isForeign = brokerUserId !== null && named.some((id) => id !== null && !isSameUser(id, brokerUserId));
  if (isForeign)
    throw new LoginFailure('WRONG_ACCOUNT', 'The broker issued a token of another user; it was not stored.');
};
