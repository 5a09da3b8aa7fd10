import { LoginFailure } from '../../broker/login/login-failure.ts';
import { leaseGuard, outsideFence, renewShortLease } from '../../db/fence.ts';
import {
  claimTimeStep,
  hasTimeStepBetween,
  isTimeStepUsed,
  noteOtpInterval,
  SUBMISSION_MS,
} from '../../db/queries/login-attempts.ts';
import { isCodeSubmitted, keyOfCode } from '../../db/queries/submitted-codes.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { TotpSource } from '../../domain/account/totp-command.ts';
import { timeStepAt, timeStepStart } from '../../domain/account/totp-secret.ts';
import { lendableMs } from '../../domain/run/browser-turns.ts';
import type { LoginWait } from '../../domain/run/browser-wait.ts';
import type { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { noteAttempt, ownerOf } from '../exchange/attempts.ts';
import { refuseNeedlessLogin } from '../exchange/needless-login.ts';
import { pause } from '../pause.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { abortedWhileWaiting, type BrowserTurn } from './browser-turn.ts';
import { LeaveRun } from './leave-run.ts';
import { LEAVES_WITHIN_MS, type OtpPace } from './otp-pace.ts';
import { OtpSource } from './otp-source.ts';
import { OtpSpacing } from './otp-spacing.ts';

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
  readonly #source: OtpSource;
  #requestedAt = performance.now();
  #leavesUntil = { monotonic: Number.POSITIVE_INFINITY, wall: Number.POSITIVE_INFINITY };
  #isUnanswered = false;

  constructor(step: OtpStep, totp: TotpSource, options: Options) {
    this.#step = step;
    this.#source = new OtpSource(totp, (code) => this.#isSubmitted(options.database.read, code));
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
    this.#source.refuseMissingProgram();
    const restMs = Math.max(
      await this.#spacingRest(spacingEndsAt, hasSubmitted),
      await pace.rateRest(account.id),
    );
    if (restMs > 0) await this.#pause('OTP_SPACING', restMs);
    const { timeStep, isLongEnough } = this.#timeStepNow();
    await this.#source.tryOut(timeStep, isLongEnough, this.#step.signal);
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

  /** Waits once more where another worker has requested one through the same address meanwhile. */
  async noteRequest(): Promise<void> {
    for (;;) {
      const restMs = await this.#recordRequest();
      if (restMs === 0) break;
      await this.#pause('OTP_SPACING', restMs);
    }
    this.#isUnanswered = true;
    this.#options.onCheckpoint('OTP_REQUEST_RECORDED');
  }

  /** How long it is too early for the request; 0 where it is recorded. */
  async #recordRequest(): Promise<number> {
    const { pace, database } = this.#options;
    this.#requestedAt = performance.now();
    let restMs = 0;
    const refuse = async (transaction: Queryable) => {
      // Within one process the browser keeps them apart, and a clock that was set back must hold nobody up.
      if (database.looks === null) return;
      restMs = await pace.rateRest(this.#step.account.id, transaction);
      if (restMs > 0) throw new TooEarly();
      // On both clocks: the one on the wall goes on while a machine sleeps.
      const [monotonic, wall] = [performance.now() + LEAVES_WITHIN_MS, Date.now() + LEAVES_WITHIN_MS];
      this.#leavesUntil = { monotonic, wall };
    };
    try {
      await noteAttempt(this.#options, this.#step, 'OTP_REQUEST', { egress: pace.egress, refuse });
    } catch (error) {
      if (!(error instanceof TooEarly)) throw error;
    }
    return restMs;
  }

  /** Other workers keep their distance to a request that leaves in time: one that is late does not leave at all. */
  refuseLate(isTyped: boolean): void {
    const { monotonic, wall } = this.#leavesUntil;
    const isLate = performance.now() > monotonic || Date.now() > wall;
    if (!this.#isUnanswered || !isLate) return;
    if (!isTyped) throw new LeaveRun(0);
    const what = `The OTP request did not leave within ${LEAVES_WITHIN_MS / 1000} s, so it was kept back.`;
    throw new LoginFailure('INTERRUPTED', what);
  }

  noteInterval(milliseconds: number): Promise<void> {
    // The broker counts from when it had the request, which is no later than its answer.
    const intervalMs = milliseconds + Math.ceil(performance.now() - this.#requestedAt);
    // What the broker has said is written down whoever has the account by now, or has launched the browser.
    return outsideFence(() =>
      this.#options.database.write((transaction) =>
        noteOtpInterval(transaction, ownerOf(this.#step), intervalMs),
      ),
    );
  }

  /** The broker has had the request that was made, if any: it has answered, or the login is over. */
  noteAnswer(): void {
    if (this.#isUnanswered) this.#options.pace.noteAnswer(this.#step.account.id);
    this.#isUnanswered = false;
  }

  /** Waits until enough is left of a time step that was never used for this secret, and has its code prepared. */
  async awaitTimeStep(): Promise<void> {
    const { database } = this.#options;
    // The page asks for the code: the broker has answered the request.
    this.noteAnswer();
    for (;;) {
      const step = this.#timeStepNow();
      const isFree = step.isLongEnough && !(await this.#isUsed(database.read, step));
      if (isFree && (await this.#source.prepare(step.timeStep, this.#step.signal))) return;
      const { restMs } = this.#timeStepNow();
      if (restMs > lendsFrom(this.#source)) await this.#lend('TOTP_STEP', restMs);
      else await this.#pause('TOTP_WAIT', restMs);
    }
  }

  /** Takes the present time step for good, recorded before its code leaves. Null when it has gone, also meanwhile. */
  async take(): Promise<Secret | null> {
    const { database, audit, clock, onCheckpoint } = this.#options;
    const { live, config } = this.#step;
    await renewShortLease(2 * SUBMISSION_MS);
    const now = clock();
    const step = this.#timeStepNow(now);
    const { timeStep } = step;
    const code = this.#source.codeOf(timeStep);
    if (!step.isLongEnough || code === null) return null;
    let isOld = false;
    const isTaken = await database.write(
      async (transaction) => {
        await refuseNeedlessLogin(transaction, this.#step, now);
        if (await this.#isUsed(transaction, step)) return false;
        isOld = this.#source.secret === null && (await this.#isSubmitted(transaction, code));
        if (isOld) return false;
        const totp = { secret: await this.#ledgerKey(transaction, code) };
        if (!(await claimTimeStep(transaction, ownerOf(this.#step), totp, timeStep, now))) return false;
        await audit.note(transaction, 'OTP_SUBMITTED', {}, live.reference(config.apiName));
        return true;
      },
      { mustLast: true },
    );
    if (isOld) this.#source.refuse(timeStep);
    onCheckpoint('TIME_STEP_TAKEN');
    // The write may have waited for a lock, or the machine was asleep: the broker would count a late code as a wrong one.
    const isOver = this.#timeStepNow().timeStep !== timeStep;
    leaseGuard()();
    return isTaken && !isOver ? code : null;
  }

  /** For this secret ever, or for this account by whatever it had. */
  async #isUsed(db: Queryable, { timeStep, from, to }: TimeStep): Promise<boolean> {
    const { secret } = this.#source;
    if (secret !== null && (await isTimeStepUsed(db, { secret }, timeStep))) return true;
    return hasTimeStepBetween(db, this.#step.account.id, from, to);
  }

  /** A code that a program prints twice is of one time step, whatever the clock says. */
  #isSubmitted(db: Queryable, code: Secret): Promise<boolean> {
    return isCodeSubmitted(db, this.#options.database.vault, { accountId: this.#step.account.id, code });
  }

  /** What stands in the ledger beside the time step. */
  async #ledgerKey(db: Queryable, code: Secret): Promise<Secret> {
    const printed = { accountId: this.#step.account.id, code };
    return this.#source.secret ?? keyOfCode(db, this.#options.database.vault, printed);
  }

  #timeStepNow(now = this.#options.clock()): TimeStep {
    const timeStep = timeStepAt(this.#source, now);
    const [from, to] = [timeStepStart(this.#source, timeStep), timeStepStart(this.#source, timeStep + 1)];
    const restMs = to.getTime() - now.getTime();
    return { timeStep, from, to, restMs, isLongEnough: restMs >= this.#source.minimumRestMs(timeStep) };
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

class TooEarly extends Error {}

interface TimeStep {
  readonly timeStep: number;
  readonly from: Date;
  readonly to: Date;
  readonly restMs: number;
  readonly isLongEnough: boolean;
}

/** For less the page would only grow old while another run logs in. */
const lendsFrom = ({ periodSeconds }: OtpSource): number => Math.min(MIN_LENT_MS, (periodSeconds * 1000) / 3);
