import { LoginFailure } from '../../broker/login/login-failure.ts';
import { totpCode } from '../../broker/login/totp.ts';
import {
  claimTimeStep,
  isTimeStepUsed,
  lastOtpRequest,
  noteOtpInterval,
} from '../../db/queries/login-attempts.ts';
import { type TotpSecret, timeStepAt, timeStepStart } from '../../domain/account/totp-secret.ts';
import type { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { noteAttempt, ownerOf } from '../exchange/attempts.ts';
import { pause } from '../pause.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveStep } from '../runs/live-step.ts';

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

interface Options extends AuditedWrites {
  /** Between two OTP requests; about 165 s are known to work, faster was blocked (public logs, December 2025). */
  readonly otpSpacingMs: number;
  readonly onCheckpoint: CheckpointObserver;
}

/** The OTPs of one API's login: when one may be requested, and which code is typed. */
export class OneTimePasswords {
  readonly #options: Options;
  readonly #step: LiveStep;
  readonly #totp: TotpSecret;
  readonly #signal: AbortSignal;
  #requestedAt = performance.now();

  constructor(step: LiveStep, totp: TotpSecret, signal: AbortSignal, options: Options) {
    this.#step = step;
    this.#totp = totp;
    this.#signal = signal;
    this.#options = options;
  }

  async awaitSpacing(): Promise<void> {
    const { database, otpSpacingMs, clock } = this.#options;
    const last = await lastOtpRequest(database.read, this.#step.account.id);
    if (last === null) return;
    // What the broker names only ever lengthens the spacing that is known to work.
    const spacingMs = Math.max(otpSpacingMs, last.intervalMs);
    const restMs = last.at.getTime() + spacingMs - clock().getTime();
    if (restMs > 0) await this.#pause('OTP_SPACING', Math.min(restMs, spacingMs));
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
      await this.#pause('TOTP_WAIT', restMs);
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
    await pause(milliseconds, this.#signal);
    if (this.#signal.aborted) throw new LoginFailure('ABORTED', 'The run was aborted while it was waiting.');
  }
}

const timeStepNow = (totp: TotpSecret, now: Date) => {
  const timeStep = timeStepAt(totp, now);
  const restMs = timeStepStart(totp, timeStep + 1).getTime() - now.getTime();
  const minimumMs = Math.min(MIN_STEP_REST_MS, (totp.periodSeconds * 1000) / 4);
  return { timeStep, restMs, isLongEnough: restMs >= minimumMs };
};
