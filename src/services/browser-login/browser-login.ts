import { randomBytes } from 'node:crypto';
import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { dialogUrl } from '../../broker/api/oauth.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import type { LoginListener, LoginRequest } from '../../broker/login/login-request.ts';
import type { LoginSession } from '../../broker/login/login-session.ts';
import { leaseGuard } from '../../db/fence.ts';
import { findAuthRecord } from '../../db/queries/auth-states.ts';
import { countFruitlessPins } from '../../db/queries/login-attempts.ts';
import type { Credentials } from '../../domain/account/account.ts';
import type { Landmarks } from '../../domain/canary/landmarks.ts';
import type { Submission } from '../../domain/run/failure.ts';
import type { LoginStep } from '../../domain/run/generation-run.ts';
import type { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { noteAttempt } from '../exchange/attempts.ts';
import type { CodeExchange } from '../exchange/code-exchange.ts';
import type { Checkpoint, CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveStep } from '../runs/live-step.ts';
import type { BrowserTurn } from './browser-turn.ts';
import { keepDialog } from './keep-dialog.ts';
import { OneTimePasswords } from './one-time-passwords.ts';
import type { OtpPace } from './otp-pace.ts';

interface Options extends AuditedWrites {
  readonly exchange: CodeExchange;
  readonly api: BrokerApi;
  /** How long one page of the broker may take to become the next. */
  readonly stepTimeoutMs: number;
  readonly pace: OtpPace;
  /** How long a person may take to solve a CAPTCHA in the window; 0 where there is none. */
  readonly captchaWaitMs: number;
  readonly onCheckpoint: CheckpointObserver;
}

export interface BrowserStep extends LiveStep {
  readonly session: LoginSession;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
  readonly turn: BrowserTurn;
  /** When the OTP spacing ends, on the monotonic clock, where it was waited for before; else null. */
  readonly spacingEndsAt: number | null;
}

/** What a login has seen of its dialog so far. */
interface SeenByLogin {
  landmarks: Landmarks | null;
  readonly dismissed: string[];
}

/** The broker locks the account at the fifth wrong PIN. Source: help page on blocked accounts. */
const MAX_FRUITLESS_PINS = 3;

export class BrowserLogin {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Logs in for one app and exchanges the code at once; the browser is given to other runs as soon as the code is here. */
  async makeToken(step: BrowserStep): Promise<void> {
    await this.#refuseUnfitTable(step);
    await this.#refuseFruitlessPins(step);
    const seen: SeenByLogin = { landmarks: null, dismissed: [] };
    const code = await this.#logIn(step, seen);
    step.turn.stepAside();
    this.#options.onCheckpoint('CODE_RECEIVED');
    // The code is good for one try: from here on an abort waits until the token is stored.
    if (step.signal.aborted)
      throw new LoginFailure('ABORTED', 'The run was aborted before the code was used.');
    await this.#options.exchange.exchange(step, code);
    await this.#keepDialog(step, seen);
  }

  /** It helps later looks only: where it cannot be kept, the login is as good. */
  async #keepDialog(step: BrowserStep, { landmarks, dismissed }: SeenByLogin): Promise<void> {
    if (landmarks === null || this.#options.database.recovery.dbLocked) return;
    await keepDialog(this.#options, step, { landmarks, dismissed }).catch(() => undefined);
  }

  async #logIn(step: BrowserStep, seen: SeenByLogin): Promise<Secret> {
    const { api, stepTimeoutMs, captchaWaitMs, clock } = this.#options;
    const { config, session, credentials, signal } = step;
    const state = randomBytes(24).toString('base64url');
    const otps = new OneTimePasswords(step, credentials.totp, this.#options);
    const request: LoginRequest = {
      dialogUrl: dialogUrl(api, config, state),
      redirectUri: config.redirectUri,
      state,
      credentials,
      stepTimeoutMs,
      captchaWaitMs,
      now: clock,
      signal,
      refuseLeaving: leaseGuard(),
      refuseLate: (isTyped) => otps.refuseLate(isTyped),
    };
    try {
      return await session.logIn(request, this.#listenerOf(step, otps, seen));
    } finally {
      otps.noteAnswer();
    }
  }

  #listenerOf(step: BrowserStep, otps: OneTimePasswords, seen: SeenByLogin): LoginListener {
    const { database, audit, onCheckpoint } = this.#options;
    const { live, config } = step;
    return {
      onDialog: (landmarks) => {
        seen.landmarks = landmarks;
      },
      onStep: async (entered) => {
        await live.enter(config.apiName, entered);
        const checkpoint = ENTERED[entered];
        if (checkpoint !== undefined) onCheckpoint(checkpoint);
      },
      onSubmitted: (what) => {
        live.noteSubmitted(what);
        const checkpoint = SUBMITTED[what];
        if (checkpoint !== undefined) onCheckpoint(checkpoint);
      },
      awaitOtpRequest: (hasSubmitted) => otps.awaitSpacing(hasSubmitted),
      beforeOtpRequest: () => otps.noteRequest(),
      awaitTimeStep: () => otps.awaitTimeStep(),
      takeOtp: () => otps.take(),
      beforePin: async () => {
        await noteAttempt(this.#options, step, 'PIN');
        onCheckpoint('PIN_RECORDED');
      },
      onOtpInterval: (milliseconds) => otps.noteInterval(milliseconds),
      onDismissal: (label) => {
        seen.dismissed.push(label);
        return database.write((transaction) =>
          audit.note(transaction, 'OFFER_DISMISSED', { label }, live.reference(config.apiName)),
        );
      },
      onCaptcha: (deadline) => live.awaitCaptcha(config.apiName, deadline),
    };
  }

  /** A table that would refuse the token is found before anything is submitted for it. */
  async #refuseUnfitTable({ account, config }: LiveStep): Promise<void> {
    const { database, clock } = this.#options;
    const unfit = await database.findUnfitTable({ account, configs: [config], now: clock() });
    if (unfit === null) return;
    throw new LoginFailure('STORAGE_FAILED', `${unfit.message} Nothing was submitted. ${unfit.cure}`);
  }

  /** The broker may have counted a PIN that brought no token, whatever the reason was. */
  async #refuseFruitlessPins({ account }: LiveStep): Promise<void> {
    const { database } = this.#options;
    const { clearedAt } = await findAuthRecord(database.read, account.id);
    const count = await countFruitlessPins(database.read, account.id, clearedAt);
    if (count < MAX_FRUITLESS_PINS) return;
    throw new LoginFailure(
      'CREDENTIALS_REJECTED',
      `The last ${count} PINs came to nothing; nothing was typed.`,
    );
  }
}

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
