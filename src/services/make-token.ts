import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LoginFailure } from '../broker/login-failure.ts';
import type { LoginListener, LoginSession } from '../broker/login-session.ts';
import { dialogUrl, exchangeCode, type IssuedToken } from '../broker/oauth.ts';
import { totpCode } from '../broker/totp.ts';
import { rememberBrokerUser } from '../db/accounts.ts';
import type { Database } from '../db/database.ts';
import { claimTimeStep, lastOtpRequest, recordAttempt } from '../db/login-attempts.ts';
import { removeToken, replaceToken } from '../db/tokens.ts';
import type { Account, Credentials } from '../domain/account.ts';
import type { ApiConfig } from '../domain/api-config.ts';
import { expiryOf } from '../domain/expiry.ts';
import { readClaims } from '../domain/jwt.ts';
import type { Secret } from '../domain/secret.ts';
import { timeStepAt, timeStepStart } from '../domain/totp-secret.ts';
import type { Logger } from '../log.ts';
import type { Clock } from './clock.ts';
import type { LiveRun } from './live-run.ts';
import type { TokenTruth } from './token-truth.ts';

export interface LoginTimes {
  /** How long one page of the broker may take to become the next. */
  readonly stepTimeoutMs: number;
  /** Between two OTP requests; about 165 s are known to work, faster was blocked (public logs, December 2025). */
  readonly otpSpacingMs: number;
}

export interface TokenOrder {
  readonly account: Account;
  readonly config: ApiConfig;
  readonly session: LoginSession;
  readonly live: LiveRun;
  readonly database: Database;
  readonly truth: TokenTruth;
  readonly credentials: Credentials;
  readonly apiBaseUrl: string;
  readonly times: LoginTimes;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

/** Logs in for one app, stores its token the moment it exists, and has the broker confirm it. */
export const makeToken = async (order: TokenOrder): Promise<void> => {
  const { config, live, signal } = order;
  const code = await logIn(order);
  // The code is good for one try: from here on an abort waits until the token is stored.
  if (signal.aborted) throw new LoginFailure('ABORTED', 'The run was aborted before the code was used.');
  await live.enter(config.apiName, 'EXCHANGE');
  const token = await exchange(order, code);
  refuseForeign(order, token);
  await live.enter(config.apiName, 'STORE');
  await store(order, token);
  await live.enter(config.apiName, 'VERIFY');
  await verify(order, token);
};

const logIn = (order: TokenOrder): Promise<Secret> => {
  const { config, session, credentials, apiBaseUrl, times, signal } = order;
  const state = randomBytes(24).toString('base64url');
  return session.logIn(
    {
      dialogUrl: dialogUrl(apiBaseUrl, config, state),
      redirectUri: config.redirectUri,
      state,
      credentials,
      stepTimeoutMs: times.stepTimeoutMs,
      signal,
    },
    listenerOf(order),
  );
};

const listenerOf = (order: TokenOrder): LoginListener => {
  const { config, live, database, clock } = order;
  const owner = { accountId: order.account.id, runId: live.state.id, apiName: config.apiName };
  return {
    onStep: (step) => live.enter(config.apiName, step),
    onSubmitted: (what) => live.noteSubmitted(what),
    beforeOtpRequest: async () => {
      await awaitSpacing(order);
      await database.write((transaction) => recordAttempt(transaction, owner, 'OTP_REQUEST', clock()));
    },
    nextOtp: () => nextOtp(order),
    beforePin: () => database.write((transaction) => recordAttempt(transaction, owner, 'PIN', clock())),
  };
};

const awaitSpacing = async (order: TokenOrder): Promise<void> => {
  const { account, config, live, database, times, clock } = order;
  const last = await lastOtpRequest(database.read, account.id);
  if (last === null) return;
  const rest = last.getTime() + times.otpSpacingMs - clock().getTime();
  if (rest <= 0) return;
  await live.enter(config.apiName, 'OTP_SPACING');
  await pause(Math.min(rest, times.otpSpacingMs), order.signal);
};

/** A code of a time step that was never used for this secret; written down before anybody sees the code. */
const nextOtp = async (order: TokenOrder): Promise<Secret> => {
  const { account, config, live, database, credentials, clock, signal } = order;
  const { totp } = credentials;
  const owner = { accountId: account.id, runId: live.state.id, apiName: config.apiName };
  const minimumRest = Math.min(MIN_STEP_REST_MS, (totp.periodSeconds * 1000) / 4);
  for (;;) {
    const now = clock();
    const step = timeStepAt(totp, now);
    const rest = timeStepStart(totp, step + 1).getTime() - now.getTime();
    const isFresh =
      rest >= minimumRest &&
      (await database.write((transaction) => claimTimeStep(transaction, owner, totp, step, now)));
    if (isFresh) return totpCode(totp, step);
    await live.enter(config.apiName, 'TOTP_WAIT');
    await pause(rest, signal);
  }
};

const exchange = async (order: TokenOrder, code: Secret): Promise<IssuedToken> => {
  const { account, config, live, database, apiBaseUrl, times, clock } = order;
  const owner = { accountId: account.id, runId: live.state.id, apiName: config.apiName };
  await database.write((transaction) => recordAttempt(transaction, owner, 'CODE', clock()));
  live.noteSubmitted('CODE');
  return exchangeCode(apiBaseUrl, config, code, times.stepTimeoutMs);
};

/** The answer and the token itself both may say whose it is; a stranger's token is not kept. */
const refuseForeign = ({ account }: TokenOrder, token: IssuedToken): void => {
  const named = [token.userId, readClaims(token.accessToken.reveal()).userId];
  const isForeign =
    account.brokerUserId !== null && named.some((id) => id !== null && id !== account.brokerUserId);
  if (isForeign)
    throw new LoginFailure('WRONG_ACCOUNT', 'The broker issued a token of another user; it was not stored.');
};

const store = async (order: TokenOrder, token: IssuedToken): Promise<void> => {
  const { account, config, database, clock, log } = order;
  const issuedAt = readClaims(token.accessToken.reveal()).issuedAt ?? clock();
  const { expiresAt, conflictsWithRule } = expiryOf(token.accessToken.reveal(), issuedAt);
  if (conflictsWithRule)
    log.warn({ api: config.apiName, expiresAt }, 'the token does not end at the next 03:30 IST');
  try {
    await database.write((transaction) =>
      replaceToken(
        transaction,
        { ...config, accountNumber: account.number, accessToken: token.accessToken, issuedAt, expiresAt },
        database,
        clock(),
      ),
    );
  } catch (error) {
    throw new LoginFailure('STORAGE_FAILED', 'The token could not be written to the database.', {
      cause: error,
    });
  }
};

const verify = async (order: TokenOrder, token: IssuedToken): Promise<void> => {
  const { account, config, database, truth } = order;
  const [known] = await truth.check(account, [config]);
  const check = known?.check;
  if (check?.verdict === 'VALID') {
    const userId = known?.token === undefined ? undefined : truth.profileOf(account, known.token)?.userId;
    if (userId !== undefined) {
      await database.write((transaction) => rememberBrokerUser(transaction, account.id, userId));
    }
    return;
  }
  if (check?.reason === 'WRONG_ACCOUNT') {
    const foreign = {
      accountNumber: account.number,
      apiName: config.apiName,
      accessToken: token.accessToken,
    };
    await database.write((transaction) => removeToken(transaction, foreign));
    throw new LoginFailure(
      'WRONG_ACCOUNT',
      'The profile of the new token is of another user; it was not kept.',
    );
  }
  if (check?.verdict === 'UNKNOWN') {
    throw new LoginFailure(
      'UNVERIFIED',
      `The token is stored, but the profile call told nothing (${check.reason}).`,
    );
  }
  throw new LoginFailure('TOKEN_REJECTED', `The new token does not work (${check?.reason ?? 'not found'}).`);
};

const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    throw new LoginFailure('ABORTED', 'The run was aborted while it was waiting.');
  }
};
