import { randomBytes } from 'node:crypto';
import { LoginFailure } from '../broker/login-failure.ts';
import type { LoginListener } from '../broker/login-request.ts';
import type { LoginSession } from '../broker/login-session.ts';
import { dialogUrl, exchangeCode, type IssuedToken } from '../broker/oauth.ts';
import { totpCode } from '../broker/totp.ts';
import { rememberBrokerUser } from '../db/accounts.ts';
import { findAuthRecord } from '../db/auth-states.ts';
import type { Database } from '../db/database.ts';
import {
  type AttemptKind,
  type AttemptOwner,
  claimTimeStep,
  countFruitlessPins,
  isTimeStepUsed,
  lastOtpRequest,
  recordAttempt,
} from '../db/login-attempts.ts';
import { removeToken, replaceToken } from '../db/tokens.ts';
import type { Account, Credentials } from '../domain/account.ts';
import type { ApiConfig } from '../domain/api-config.ts';
import { expiryOf } from '../domain/expiry.ts';
import type { Submission } from '../domain/failure.ts';
import type { LoginStep } from '../domain/generation-run.ts';
import { readClaims } from '../domain/jwt.ts';
import type { Secret } from '../domain/secret.ts';
import { type TotpSecret, timeStepAt, timeStepStart } from '../domain/totp-secret.ts';
import type { Logger } from '../log.ts';
import type { Checkpoint, Reach } from './checkpoints.ts';
import type { Clock } from './clock.ts';
import type { LiveRun } from './live-run.ts';
import { pause } from './pause.ts';
import type { TokenTruth } from './token-truth.ts';

export interface LoginTimes {
  /** How long one page of the broker may take to become the next. */
  readonly stepTimeoutMs: number;
  /** Between two OTP requests; about 165 s are known to work, faster was blocked (public logs, December 2025). */
  readonly otpSpacingMs: number;
  /** How long a person may take to solve a CAPTCHA in the window; 0 where there is none. */
  readonly captchaWaitMs: number;
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
  readonly reach: Reach;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The broker locks the account at the fifth wrong PIN. Source: help page on blocked accounts. */
const MAX_FRUITLESS_PINS = 3;

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

/** Logs in for one app, stores its token the moment it exists, and has the broker confirm it. */
export const makeToken = async (order: TokenOrder): Promise<void> => {
  const { config, live, signal } = order;
  await refuseFruitlessPins(order);
  const code = await logIn(order);
  order.reach('CODE_RECEIVED');
  // The code is good for one try: from here on an abort waits until the token is stored.
  if (signal.aborted) throw new LoginFailure('ABORTED', 'The run was aborted before the code was used.');
  await live.enter(config.apiName, 'EXCHANGE');
  order.reach('EXCHANGE_ENTERED');
  const token = await exchange(order, code);
  order.reach('CODE_EXCHANGED');
  refuseForeign(order, token);
  await live.enter(config.apiName, 'STORE');
  order.reach('STORE_ENTERED');
  await store(order, token);
  order.reach('TOKEN_STORED');
  await live.enter(config.apiName, 'VERIFY');
  order.reach('VERIFY_ENTERED');
  await verify(order, token);
  order.reach('TOKEN_VERIFIED');
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
      captchaWaitMs: times.captchaWaitMs,
      now: order.clock,
      signal,
    },
    listenerOf(order),
  );
};

const listenerOf = (order: TokenOrder): LoginListener => {
  const { config, live, database, clock } = order;
  const owner = ownerOf(order);
  const record = (kind: AttemptKind) =>
    database.write((transaction) => recordAttempt(transaction, owner, kind, clock()));
  return {
    onStep: async (step) => {
      await live.enter(config.apiName, step);
      const checkpoint = ENTERED[step];
      if (checkpoint !== undefined) order.reach(checkpoint);
    },
    onSubmitted: (what) => {
      live.noteSubmitted(what);
      const checkpoint = SUBMITTED[what];
      if (checkpoint !== undefined) order.reach(checkpoint);
    },
    awaitOtpRequest: () => awaitSpacing(order),
    beforeOtpRequest: async () => {
      await record('OTP_REQUEST');
      order.reach('OTP_REQUEST_RECORDED');
    },
    awaitTimeStep: () => awaitTimeStep(order),
    takeOtp: () => takeOtp(order),
    beforePin: async () => {
      await record('PIN');
      order.reach('PIN_RECORDED');
    },
    onCaptcha: (deadline) => live.awaitOperator(deadline),
  };
};

const ENTERED: Readonly<Partial<Record<LoginStep, Checkpoint>>> = {
  DIALOG: 'DIALOG_ENTERED',
  MOBILE: 'MOBILE_ENTERED',
  OTP: 'OTP_ENTERED',
  PIN: 'PIN_ENTERED',
  REDIRECT: 'REDIRECT_ENTERED',
};

const SUBMITTED: Readonly<Partial<Record<Submission, Checkpoint>>> = {
  MOBILE: 'MOBILE_SUBMITTED',
  OTP: 'OTP_SUBMITTED',
  PIN: 'PIN_SUBMITTED',
};

/** Whatever the reason, a PIN that comes to nothing may have been counted by the broker. */
const refuseFruitlessPins = async ({ account, database }: TokenOrder): Promise<void> => {
  const { clearedAt } = await findAuthRecord(database.read, account.id);
  const count = await countFruitlessPins(database.read, account.id, clearedAt);
  if (count < MAX_FRUITLESS_PINS) return;
  throw new LoginFailure(
    'CREDENTIALS_REJECTED',
    `The last ${count} PINs came to nothing; nothing was typed.`,
  );
};

const refuseAborted = ({ signal }: TokenOrder): void => {
  if (signal.aborted) throw new LoginFailure('ABORTED', 'The run was aborted while it was waiting.');
};

const ownerOf = ({ account, live, config }: TokenOrder): AttemptOwner => ({
  accountId: account.id,
  runId: live.state.id,
  apiName: config.apiName,
});

const awaitSpacing = async (order: TokenOrder): Promise<void> => {
  const { account, config, live, database, times, clock } = order;
  const last = await lastOtpRequest(database.read, account.id);
  if (last === null) return;
  const rest = last.getTime() + times.otpSpacingMs - clock().getTime();
  if (rest <= 0) return;
  await live.enter(config.apiName, 'OTP_SPACING');
  await pause(Math.min(rest, times.otpSpacingMs), order.signal);
  refuseAborted(order);
};

/** Waits until enough is left of a time step that was never used for this secret. */
const awaitTimeStep = async (order: TokenOrder): Promise<void> => {
  const { config, live, database, credentials, clock, signal } = order;
  for (;;) {
    const { step, rest, isLongEnough } = currentStep(credentials.totp, clock());
    if (isLongEnough && !(await isTimeStepUsed(database.read, credentials.totp, step))) return;
    await live.enter(config.apiName, 'TOTP_WAIT');
    await pause(rest, signal);
    refuseAborted(order);
  }
};

/** Takes the present time step for good, written down before anybody sees its code. Null when it has just gone. */
const takeOtp = async (order: TokenOrder): Promise<Secret | null> => {
  const { database, credentials, clock } = order;
  const { totp } = credentials;
  const now = clock();
  const { step, isLongEnough } = currentStep(totp, now);
  if (!isLongEnough) return null;
  const isTaken = await database.write((transaction) =>
    claimTimeStep(transaction, ownerOf(order), totp, step, now),
  );
  order.reach('TIME_STEP_TAKEN');
  return isTaken ? totpCode(totp, step) : null;
};

const currentStep = (totp: TotpSecret, now: Date) => {
  const step = timeStepAt(totp, now);
  const rest = timeStepStart(totp, step + 1).getTime() - now.getTime();
  const minimumRest = Math.min(MIN_STEP_REST_MS, (totp.periodSeconds * 1000) / 4);
  return { step, rest, isLongEnough: rest >= minimumRest };
};

const exchange = async (order: TokenOrder, code: Secret): Promise<IssuedToken> => {
  const { config, live, database, apiBaseUrl, times, clock } = order;
  await database.write((transaction) => recordAttempt(transaction, ownerOf(order), 'CODE', clock()));
  order.reach('CODE_RECORDED');
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
