import { totpCode } from '../../broker/login/totp.ts';
import { claimTimeStep, isTimeStepUsed, noteOtpInterval } from '../../db/queries/login-attempts.ts';
import { type TotpSecret, timeStepAt, timeStepStart } from '../../domain/account/totp-secret.ts';
import { lendableMs } from '../../domain/run/browser-turns.ts';
import type { LoginWait } from '../../domain/run/browser-wait.ts';
import type { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { noteAttempt, ownerOf } from '../exchange/attempts.ts';
import { pause } from '../pause.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { abortedWhileWaiting, type BrowserTurn } from './browser-turn.ts';
import type { OtpPace } from './otp-pace.ts';
import { OtpSpacing } from './otp-spacing.ts';

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

const MIN_LENT_MS = 10_000;

interface Options extends AuditedWrites {
  readonly pace: OtpPace;
  readonly onCheckpoint: CheckpointObserver;
}

/** One API's login, as far as its OTPs need it. */
interface OtpStep extends LiveStep {
  readonly signal: AbortSignal;
  readonly turn: BrowserTurn;
  /** On the monotonic clock, where the spacing was waited for before the page was opened. */
  readonly spacingEndsAt: number | null;
}

/** The OTPs of one API's login: when one may be requested, and which code is typed. */
export class OneTimePasswords {
  readonly #options: Options;
  readonly #step: OtpStep;
  readonly #totp: TotpSecret;
  #requestedAt = performance.now();
  #isUnanswered = false;

  constructor(step: OtpStep, totp: TotpSecret, options: Options) {
    this.#step = step;
    this.#totp = totp;
    this.#options = options;
  }

  /**
   * Waits until the account may request an OTP. Throws OtpSpacing where that takes so long that the page is better closed
   * and the browser given to others. Once something was submitted in this login the page stays open instead: a new one
   * would ask for it again.
   */
  async awaitSpacing(hasSubmitted: boolean): Promise<void> {
    const { pace } = this.#options;
    const { account, spacingEndsAt } = this.#step;
    const restMs = Math.max(
      await this.#spacingRest(spacingEndsAt, hasSubmitted),
      await pace.rateRest(account.id),
    );
    if (restMs > 0) await this.#pause('OTP_SPACING', restMs);
  }

  /** A spacing that was waited for is not asked for again: a clock that was set since would make it begin anew. */
  async #spacingRest(endsAt: number | null, hasSubmitted: boolean): Promise<number> {
    if (endsAt !== null) return endsAt - performance.now();
    const spacing = await this.#options.pace.spacing(this.#step.account.id);
    const lentMs = lendableMs(spacing);
    if (lentMs === 0) return spacing.restMs;
    if (!hasSubmitted) throw new OtpSpacing(spacing);
    const spacingEndsAt = performance.now() + spacing.restMs;
    await this.#lend('OTP_SPACING', lentMs);
    return spacingEndsAt - performance.now();
  }

  async noteRequest(): Promise<void> {
    this.#requestedAt = performance.now();
    await noteAttempt(this.#options, this.#step, 'OTP_REQUEST');
    this.#isUnanswered = true;
    this.#options.onCheckpoint('OTP_REQUEST_RECORDED');
  }

  noteInterval(milliseconds: number): Promise<void> {
    // The broker counts from when it had the request, which is no later than its answer.
    const intervalMs = milliseconds + Math.ceil(performance.now() - this.#requestedAt);
    return this.#options.database.write((transaction) =>
      noteOtpInterval(transaction, ownerOf(this.#step), intervalMs),
    );
  }

  /** The broker has had the request that was made, if any: it has answered, or the login is over. */
  noteAnswer(): void {
    if (this.#isUnanswered) this.#options.pace.noteAnswer(this.#step.account.id);
    this.#isUnanswered = false;
  }

  /** Waits until enough is left of a time step that was never used for this secret. */
  async awaitTimeStep(): Promise<void> {
    const { database, clock } = this.#options;
    // The page asks for the code: the broker has answered the request.
    this.noteAnswer();
    for (;;) {
      const { timeStep, restMs, isLongEnough } = timeStepNow(this.#totp, clock());
      if (isLongEnough && !(await isTimeStepUsed(database.read, this.#totp, timeStep))) return;
      if (restMs > lendsFrom(this.#totp)) await this.#lend('TOTP_STEP', restMs);
      else await this.#pause('TOTP_WAIT', restMs);
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

  /** The page stays open: what was submitted belongs to it, and would count against the account a second time. */
  async #lend(waitsFor: LoginWait, milliseconds: number): Promise<void> {
    const { live, config, turn } = this.#step;
    await live.enter(config.apiName, waitsFor === 'TOTP_STEP' ? 'TOTP_WAIT' : 'OTP_SPACING');
    await turn.lend(milliseconds, { waitsFor, keepsPage: true });
  }
}

/** For less the page would only grow old while another run logs in. */
const lendsFrom = ({ periodSeconds }: TotpSecret): number =>
  Math.min(MIN_LENT_MS, (periodSeconds * 1000) / 3);

const timeStepNow = (totp: TotpSecret, now: Date) => {
  const timeStep = timeStepAt(totp, now);
  const restMs = timeStepStart(totp, timeStep + 1).getTime() - now.getTime();
  const minimumMs = Math.min(MIN_STEP_REST_MS, (totp.periodSeconds * 1000) / 4);
  return { timeStep, restMs, isLongEnough: restMs >= minimumMs };
};
