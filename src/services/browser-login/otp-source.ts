import { LoginFailure } from '../../broker/login/login-failure.ts';
import { totpCode } from '../../broker/login/totp.ts';
import { isTotpCommand, type TotpSource } from '../../domain/account/totp-command.ts';
import { Secret } from '../../domain/secret.ts';
import { findProgram } from '../find-program.ts';
import { askTotpProgram, PROGRAM_TIMEOUT_MS } from './totp-program.ts';

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

/** A program that prints the code of an earlier step so often in one login keeps old codes. */
const MAX_OLD_CODES = 3;

/** The code that each account has submitted last: a program may print it again, in the next time step. */
const lastCodes = new Map<string, Secret>();

/** The codes of one login, each for a time step that the clock tells. */
export class OtpSource {
  readonly periodSeconds: number;
  /** What stands for the source in the ledger of used time steps. */
  readonly ledgerKey: Secret;
  readonly #source: TotpSource;
  readonly #accountId: string;
  /** The program's code, kept for the time step in which it was asked. */
  #asked: { readonly timeStep: number; readonly code: Secret } | null = null;
  #oldCodes = 0;
  /** The time step in which it has printed an old code. */
  #oldStep: number | null = null;

  constructor(accountId: string, source: TotpSource) {
    this.#accountId = accountId;
    this.#source = source;
    this.periodSeconds = source.periodSeconds;
    this.ledgerKey = isTotpCommand(source) ? new Secret(`the TOTP program of ${accountId}`) : source.secret;
  }

  /**
   * From when on a used time step keeps this one, which begins at `from`, from being used. What a program printed for an
   * earlier process is not known: it may print that code once more in the next time step.
   */
  lockedBy(from: Date): Date {
    const isLastCodeKnown = !isTotpCommand(this.#source) || lastCodes.has(this.#accountId);
    return isLastCodeKnown ? from : new Date(from.getTime() - this.periodSeconds * 1000);
  }

  /** Before anything is submitted: a program that is not there would fail after the OTP request. */
  refuseMissingProgram(): void {
    if (!isTotpCommand(this.#source) || findProgram(this.#source.program) !== null) return;
    throw new LoginFailure(
      'TOTP_COMMAND_FAILED',
      'The program of UPSTOX_TOTP_COMMAND is not there, or cannot be executed.',
    );
  }

  /**
   * How much has to be left of a time step for its code to be of use. A program is begun only where it also ends in that
   * step: of which step its code is, the clock tells.
   */
  minimumRestMs(timeStep: number): number {
    const restMs = Math.min(MIN_STEP_REST_MS, (this.periodSeconds * 1000) / 4);
    return this.isPrepared(timeStep) ? restMs : restMs + PROGRAM_TIMEOUT_MS;
  }

  /**
   * Before anything is submitted: one that gives no code fails without an OTP request. What it prints is kept if it also
   * ends in this time step, else it is asked again in the next one.
   */
  async tryOut(timeStep: number, isLongEnough: boolean, signal: AbortSignal): Promise<void> {
    if (isLongEnough) await this.prepare(timeStep, signal);
    else if (isTotpCommand(this.#source) && !this.isPrepared(timeStep))
      await askTotpProgram(this.#source, signal);
  }

  /**
   * Asks the program, once in a time step. False when it prints the code that the account has submitted last: then the
   * next time step is waited for. A secret needs no preparation.
   */
  async prepare(timeStep: number, signal: AbortSignal): Promise<boolean> {
    if (!isTotpCommand(this.#source) || this.isPrepared(timeStep)) return true;
    if (this.#oldStep === timeStep) return false;
    const code = await askTotpProgram(this.#source, signal);
    if (lastCodes.get(this.#accountId)?.reveal() !== code.reveal()) {
      this.#asked = { timeStep, code };
      return true;
    }
    this.#oldCodes += 1;
    this.#oldStep = timeStep;
    if (this.#oldCodes < MAX_OLD_CODES) return false;
    throw new LoginFailure(
      'TOTP_COMMAND_FAILED',
      'The program of UPSTOX_TOTP_COMMAND goes on printing a code that was submitted already.',
    );
  }

  /** The code of a time step that was claimed; null where the program was not asked in it. */
  take(timeStep: number): Secret | null {
    if (!isTotpCommand(this.#source)) return totpCode(this.#source, timeStep);
    const asked = this.#asked;
    this.#asked = null;
    if (asked?.timeStep !== timeStep) return null;
    lastCodes.set(this.#accountId, asked.code);
    return asked.code;
  }

  /** The code of this time step is there, or can be made at once. */
  isPrepared(timeStep: number): boolean {
    return !isTotpCommand(this.#source) || this.#asked?.timeStep === timeStep;
  }
}
