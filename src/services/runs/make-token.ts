import { randomBytes } from 'node:crypto';
import { dialogUrl } from '../../broker/api/oauth.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import type { LoginListener } from '../../broker/login/login-request.ts';
import type { LoginSession } from '../../broker/login/login-session.ts';
import { totpCode } from '../../broker/login/totp.ts';
import { findAuthRecord } from '../../db/queries/auth-states.ts';
import {
  claimTimeStep,
  countFruitlessPins,
  isTimeStepUsed,
  lastOtpRequest,
  noteOtpInterval,
} from '../../db/queries/login-attempts.ts';
import type { Credentials } from '../../domain/account.ts';
import type { Submission } from '../../domain/failure.ts';
import type { LoginStep } from '../../domain/generation-run.ts';
import type { Secret } from '../../domain/secret.ts';
import { type TotpSecret, timeStepAt, timeStepStart } from '../../domain/totp-secret.ts';
import { pause } from '../pause.ts';
import type { Checkpoint } from './checkpoints.ts';
import { type CodeOrder, noteAttempt, ownerOf, refuseUnfitTable, useCode } from './use-code.ts';

export interface LoginTimes {
  /** How long one page of the broker may take to become the next. */
  readonly stepTimeoutMs: number;
  /** Between two OTP requests; about 165 s are known to work, faster was blocked (public logs, December 2025). */
  readonly otpSpacingMs: number;
  /** How long a person may take to solve a CAPTCHA in the window; 0 where there is none. */
  readonly captchaWaitMs: number;
}

export interface TokenOrder extends CodeOrder {
  readonly session: LoginSession;
  readonly credentials: Credentials;
  readonly times: LoginTimes;
  readonly signal: AbortSignal;
}

/** The broker locks the account at the fifth wrong PIN. Source: help page on blocked accounts. */
const MAX_FRUITLESS_PINS = 3;

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

/** Logs in for one app, stores its token the moment it exists, and has the broker confirm it. */
export const makeToken = async (order: TokenOrder): Promise<void> => {
  await refuseUnfitTable(order);
  await refuseFruitlessPins(order);
  const code = await logIn(order);
  order.onCheckpoint('CODE_RECEIVED');
  // The code is good for one try: from here on an abort waits until the token is stored.
  if (order.signal.aborted)
    throw new LoginFailure('ABORTED', 'The run was aborted before the code was used.');
  await useCode(order, code);
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
  const { config, live } = order;
  let requestedAt = performance.now();
  return {
    onStep: async (step) => {
      await live.enter(config.apiName, step);
      const checkpoint = ENTERED[step];
      if (checkpoint !== undefined) order.onCheckpoint(checkpoint);
    },
    onSubmitted: (what) => {
      live.noteSubmitted(what);
      const checkpoint = SUBMITTED[what];
      if (checkpoint !== undefined) order.onCheckpoint(checkpoint);
    },
    awaitOtpRequest: () => awaitSpacing(order),
    beforeOtpRequest: async () => {
      requestedAt = performance.now();
      await noteAttempt(order, 'OTP_REQUEST');
      order.onCheckpoint('OTP_REQUEST_RECORDED');
    },
    awaitTimeStep: () => awaitTimeStep(order),
    takeOtp: () => takeOtp(order),
    beforePin: async () => {
      await noteAttempt(order, 'PIN');
      order.onCheckpoint('PIN_RECORDED');
    },
    onOtpInterval: (milliseconds) => {
      // The broker counts from when it had the request, which is no later than its answer.
      const intervalMs = milliseconds + Math.ceil(performance.now() - requestedAt);
      return order.database.write((transaction) => noteOtpInterval(transaction, ownerOf(order), intervalMs));
    },
    onDismissal: (label) =>
      order.database.write((transaction) =>
        order.audit.note(transaction, 'OFFER_DISMISSED', { label }, live.reference(config.apiName)),
      ),
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

const awaitSpacing = async (order: TokenOrder): Promise<void> => {
  const { account, config, live, database, times, clock } = order;
  const last = await lastOtpRequest(database.read, account.id);
  if (last === null) return;
  // What the broker names only ever lengthens the spacing that is known to work.
  const spacingMs = Math.max(times.otpSpacingMs, last.intervalMs);
  const rest = last.at.getTime() + spacingMs - clock().getTime();
  if (rest <= 0) return;
  await live.enter(config.apiName, 'OTP_SPACING');
  await pause(Math.min(rest, spacingMs), order.signal);
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
  const { config, live, database, audit, credentials, clock } = order;
  const { totp } = credentials;
  const now = clock();
  const { step, isLongEnough } = currentStep(totp, now);
  if (!isLongEnough) return null;
  const isTaken = await database.write(
    async (transaction) => {
      if (!(await claimTimeStep(transaction, ownerOf(order), totp, step, now))) return false;
      await audit.note(transaction, 'OTP_SUBMITTED', {}, live.reference(config.apiName));
      return true;
    },
    { mustLast: true },
  );
  order.onCheckpoint('TIME_STEP_TAKEN');
  return isTaken ? totpCode(totp, step) : null;
};

const currentStep = (totp: TotpSecret, now: Date) => {
  const step = timeStepAt(totp, now);
  const rest = timeStepStart(totp, step + 1).getTime() - now.getTime();
  const minimumRest = Math.min(MIN_STEP_REST_MS, (totp.periodSeconds * 1000) / 4);
  return { step, rest, isLongEnough: rest >= minimumRest };
};
