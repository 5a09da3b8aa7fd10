import { totpCode } from '../../broker/login/totp.ts';
import {
  claimTimeStep,
  isTimeStepUsed,
  lastOtpRequest,
  lastOtpRequestOfOthers,
  noteOtpInterval,
} from '../../db/queries/login-attempts.ts';
import { type TotpSecret, timeStepAt, timeStepStart } from '../../domain/account/totp-secret.ts';
import { lendableMs } from '../../domain/run/browser-turns.ts';
import type { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { noteAttempt, ownerOf } from '../exchange/attempts.ts';
import { pause } from '../pause.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { abortedWhileWaiting, type BrowserTurn } from './browser-turn.ts';
import { OtpSpacing } from './otp-spacing.ts';

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

interface Options extends AuditedWrites {
  /** Between two OTP requests; about 165 s are known to work, faster was blocked (public logs, December 2025). */
  readonly otpSpacingMs: number;
  /** Between two OTP requests of different accounts, which the broker sees coming from one address. */
  readonly loginRateMs: number;
  readonly onCheckpoint: CheckpointObserver;
}

/** One API's login, as far as its OTPs need it. */
interface OtpStep extends LiveStep {
  readonly signal: AbortSignal;
  readonly turn: BrowserTurn;
}

/** The OTPs of one API's login: when one may be requested, and which code is typed. */
export class OneTimePasswords {
  readonly #options: Options;
  readonly #step: OtpStep;
  readonly #totp: TotpSecret;
  #requestedAt = performance.now();

  constructor(step: OtpStep, totp: TotpSecret, options: Options) {
    this.#step = step;
    this.#totp = totp;
    this.#options = options;
  }

  /**
   * Waits until the account may request an OTP. Throws OtpSpacing where that takes so long that the page is better closed
   * and the browser given to others.
   */
  async awaitSpacing(): Promise<void> {
    const lendable = await this.lendableRest();
    if (lendable > 0) throw new OtpSpacing(lendable);
    const restMs = Math.max((await this.#spacing()).restMs, await this.#loginRateRest());
    if (restMs > 0) await this.#pause('OTP_SPACING', restMs);
  }

  /** For how long the browser is better given to others than kept for the rest of the spacing; 0 where that is short. */
  async lendableRest(): Promise<number> {
    const { restMs, intervalMs } = await this.#spacing();
    return lendableMs(restMs, intervalMs);
  }

  async #spacing(): Promise<{ readonly restMs: number; readonly intervalMs: number }> {
    const { database, otpSpacingMs, clock } = this.#options;
    const last = await lastOtpRequest(database.read, this.#step.account.id);
    // What the broker names only ever lengthens the spacing that is known to work.
    const intervalMs = Math.max(otpSpacingMs, last?.intervalMs ?? 0);
    return { restMs: last === null ? 0 : restOf(last.at, intervalMs, clock()), intervalMs };
  }

  async #loginRateRest(): Promise<number> {
    const { database, loginRateMs, clock } = this.#options;
    const last = await lastOtpRequestOfOthers(database.read, this.#step.account.id);
    return last === null ? 0 : restOf(last, loginRateMs, clock());
  }

  async noteRequest(): Promise<void> {
    this.#requestedAt = performance.now();
    await noteAttempt(this.#options, this.#step, 'OTP_REQUEST');
    this.#options.onCheckpoint('OTP_REQUEST_RECORDED');
  }

  noteInterval(milliseconds: number): Promise<void> {
    // The broker counts from when it had the request, which is no later than its answer.
    const intervalMs = milliseconds + Math.ceil(performance.now() - this.#requestedAt);
    return this.#options.database.write((transaction) =>
      noteOtpInterval(transaction, ownerOf(this.#step), intervalMs),
    );
  }

  /** Waits until enough is left of a time step that was never used for this secret. */
  async awaitTimeStep(): Promise<void> {
    const { database, clock } = this.#options;
    for (;;) {
      const { timeStep, restMs, isLongEnough } = timeStepNow(this.#totp, clock());
      if (isLongEnough && !(await isTimeStepUsed(database.read, this.#totp, timeStep))) return;
      await this.#lend(restMs);
    }
  }

  /** Takes the present time step for good, recorded before its code is made. Null when it has just gone. */
  async take(): Promise<Secret | null> {
    const { database, audit, clock, onCheckpoint } = this.#options;
    const { live, config } = this.#step;
    const now = clock();
    const { timeStep, isLongEnough } = timeStepNow(this.#totp, now);
    if (!isLongEnough) return null;
    const isTaken = await database.write(
      async (transaction) => {
        if (!(await claimTimeStep(transaction, ownerOf(this.#step), this.#totp, timeStep, now))) return false;
        await audit.note(transaction, 'OTP_SUBMITTED', {}, live.reference(config.apiName));
        return true;
      },
      { mustLast: true },
    );
    onCheckpoint('TIME_STEP_TAKEN');
    return isTaken ? totpCode(this.#totp, timeStep) : null;
  }

  async #pause(step: 'OTP_SPACING' | 'TOTP_WAIT', milliseconds: number): Promise<void> {
    await this.#step.live.enter(this.#step.config.apiName, step);
    await pause(milliseconds, this.#step.signal);
    if (this.#step.signal.aborted) throw abortedWhileWaiting();
  }

  /** The page stays open: the OTP that was requested belongs to it, and another request would count against the account. */
  async #lend(milliseconds: number): Promise<void> {
    const { live, config, turn } = this.#step;
    await live.enter(config.apiName, 'TOTP_WAIT');
    await turn.lend(milliseconds, { keepsPage: true });
  }
}

/** At most the whole interval, also when the clock was set back since. */
const restOf = (last: Date, intervalMs: number, now: Date): number =>
  Math.max(0, Math.min(last.getTime() + intervalMs - now.getTime(), intervalMs));

const timeStepNow = (totp: TotpSecret, now: Date) => {
  const timeStep = timeStepAt(totp, now);
  const restMs = timeStepStart(totp, timeStep + 1).getTime() - now.getTime();
  const minimumMs = Math.min(MIN_STEP_REST_MS, (totp.periodSeconds * 1000) / 4);
  return { timeStep, restMs, isLongEnough: restMs >= minimumMs };
};
