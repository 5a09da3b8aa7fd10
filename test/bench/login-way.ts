import { readConfig } from '../../src/config.ts';
import type { Credentials } from '../../src/domain/account/account.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { environmentOf, openBroker } from '../support/test-app.ts';

/** What a way of logging in is measured on. */
export interface Stage {
  readonly broker: Simulator;
  readonly credentials: Credentials;
  /** The broker's clock as well. It shows a new time step after each login, so that nobody waits for one. */
  readonly clock: () => Date;
}

/** Milliseconds of six logins: alone, and with the start and the end of the browser around them. */
export interface Spent {
  readonly logins: number;
  readonly whole: number;
}

/** One way to log in for all apps of the stage. */
export type LoginWay = (stage: Stage) => Promise<Spent>;

const STEP_SECONDS = 30;

export const openStage = async (options: SimulatorOptions): Promise<Stage & AsyncDisposable> => {
  const begin = performance.now();
  const stepStart = Math.floor(Date.now() / 1000 / STEP_SECONDS) * STEP_SECONDS * 1000;
  const opened: { broker?: Simulator } = {};
  const now = () => {
    const codes = opened.broker?.log.filter(({ kind }) => kind === 'OTP_VERIFY') ?? [];
    return Math.floor(stepStart + performance.now() - begin + codes.length * STEP_SECONDS * 1000);
  };
  const broker = await openBroker({ ...options, account: { totpPeriodSeconds: STEP_SECONDS }, now });
  opened.broker = broker;
  return {
    broker,
    credentials: readConfig(environmentOf(broker)).credentials,
    clock: () => new Date(now()),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
};

/** Keeps the time of six logins, and of what stands around them. */
export class Stopwatch {
  readonly #begin = performance.now();
  #loginsBegin = this.#begin;
  #loginsEnd = this.#begin;

  loginsBegin(): void {
    this.#loginsBegin = performance.now();
  }

  loginsEnd(): void {
    this.#loginsEnd = performance.now();
  }

  spent(): Spent {
    return { logins: this.#loginsEnd - this.#loginsBegin, whole: performance.now() - this.#begin };
  }
}

/** What goes with every login; the engine sends a random one. */
export const STATE = 'bench';

/** A login that brings no code would be a fast one. */
export const requireCode = (address: string): void => {
  const { searchParams } = new URL(address);
  if (!searchParams.get('code') || searchParams.get('state') !== STATE) throw new Error('A login failed.');
};
