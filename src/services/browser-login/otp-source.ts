import { LoginFailure } from '../../broker/login/login-failure.ts';
import { totpCode } from '../../broker/login/totp.ts';
import { isTotpCommand, type TotpSource } from '../../domain/account/totp-command.ts';
import type { Secret } from '../../domain/secret.ts';
import { findProgram } from '../find-program.ts';
import { askTotpProgram, PROGRAM_TIMEOUT_MS } from './totp-program.ts';

/** With less than this left of a time step, its code could arrive too late. */
const MIN_STEP_REST_MS = 3000;

/** A program that prints the code of an earlier step so often in one login keeps old codes. */
const MAX_OLD_CODES = 3;

/** Asks the ledger whether the account has submitted a code that a program has printed. */
type IsSubmitted = (code: Secret) => Promise<boolean>;

/** The codes of one login, each for a time step that the clock tells. */
export class OtpSource {
  readonly periodSeconds: number;
  readonly #source: TotpSource;
  readonly #isSubmitted: IsSubmitted;
  /** The program's code, kept for the time step in which it was asked. */
  #asked: { readonly timeStep: number; readonly code: Secret } | null = null;
  #oldCodes = 0;
  /** The time step in which it has printed an old code. */
  #oldStep: number | null = null;

  constructor(source: TotpSource, isSubmitted: IsSubmitted) {
    this.#source = source;
    this.#isSubmitted = isSubmitted;
    this.periodSeconds = source.periodSeconds;
  }

  /** The secret that its codes are made from; null where a program prints them. */
  get secret(): Secret | null {
    return isTotpCommand(this.#source) ? null : this.#source.secret;
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
   * Asks the program, once in a time step. False when it prints a code that the account has submitted: then the next time
   * step is waited for. A secret needs no preparation.
   */
  async prepare(timeStep: number, signal: AbortSignal): Promise<boolean> {
    if (!isTotpCommand(this.#source) || this.isPrepared(timeStep)) return true;
    if (this.#oldStep === timeStep) return false;
    const code = await askTotpProgram(this.#source, signal);
    this.#asked = { timeStep, code };
    if (!(await this.#isSubmitted(code))) return true;
    this.refuse(timeStep);
    return false;
  }

  /** The code of this time step was submitted already. Throws where the program goes on printing such codes. */
  refuse(timeStep: number): void {
    this.#asked = null;
    this.#oldCodes += 1;
    this.#oldStep = timeStep;
    if (this.#oldCodes < MAX_OLD_CODES) return;
    throw new LoginFailure(
      'TOTP_COMMAND_FAILED',
      'The program of UPSTOX_TOTP_COMMAND goes on printing a code that was submitted already.',
    );
  }

  /** The code of a time step; null where the program was not asked in it. */
  codeOf(timeStep: number): Secret | null {
    if (!isTotpCommand(this.#source)) return totpCode(this.#source, timeStep);
    return this.#asked?.timeStep === timeStep ? this.#asked.code : null;
  }

  /** The code of this time step is there, or can be made at once. */
  isPrepared(timeStep: number): boolean {
    return !isTotpCommand(this.#source) || this.#asked?.timeStep === timeStep;
  }
}
