import { API_NAMES } from '../../../src/domain/account/api-name.ts';
import type { RandomSource } from '../../../src/domain/readiness/random-source.ts';
import type { FailureCode } from '../../../src/domain/run/failure.ts';
import type { LoginStep } from '../../../src/domain/run/generation-run.ts';
import {
  CAPTCHA_WAIT_MS,
  type HiddenAccount,
  type HiddenLogin,
  type HiddenMorning,
  hiddenLogin,
} from './hidden-broker.ts';

export const OTP_SPACING_MS = 165_000;
export const COOLDOWN_MS = 660_000;
const MAX_FRUITLESS_PAUSES = 3;
/** A run comes back so long before its spacing ends. */
const LEAD_MS = 5000;

export interface TracedPhase {
  readonly step: LoginStep;
  readonly from: number;
  readonly to: number;
  readonly awaitsOperator: boolean;
}

export interface TracedLogin {
  readonly account: number;
  readonly api: number;
  readonly phases: readonly TracedPhase[];
  readonly failure: FailureCode | null;
  readonly from: number;
  readonly to: number;
}

/** What really happened on one morning: the program's rules on what the hidden broker did. */
export interface TracedMorning {
  readonly logins: readonly TracedLogin[];
  /** When each run got the browser, after it had joined the queue. */
  readonly turns: readonly { account: number; joinsAt: number; from: number; to: number }[];
  readonly cooldowns: readonly { account: number; from: number; to: number }[];
  /** Since when a run waits for its next OTP while others may have the browser. */
  readonly spacings: readonly { account: number; api: number; from: number }[];
  readonly startsAt: readonly number[];
  /** When each run ended. */
  readonly endsAt: readonly number[];
  /** When each account had its last token; infinite where it never had. */
  readonly doneAt: readonly number[];
}

interface Waiting {
  readonly account: number;
  readonly joinsAt: number;
  readonly pending: readonly number[];
  readonly fruitless: number;
  readonly isFresh: boolean;
  /** Tokens that the account had when its round began. */
  readonly before: number | null;
  /** It comes back from its OTP spacing. */
  readonly isSpaced: boolean;
}

/** Plays one morning of all accounts of a desk, which share one browser. */
export const playMorning = (
  desk: readonly HiddenAccount[],
  hidden: HiddenMorning,
  startsAt: readonly number[],
  random: RandomSource,
): TracedMorning => {
  const logins: TracedLogin[] = [];
  const turns: TracedMorning['turns'][number][] = [];
  const cooldowns: TracedMorning['cooldowns'][number][] = [];
  const spacings: TracedMorning['spacings'][number][] = [];
  const doneAt = desk.map(() => Number.POSITIVE_INFINITY);
  const endsAt = desk.map(() => Number.POSITIVE_INFINITY);
  const lastOtpAt = desk.map(() => Number.NEGATIVE_INFINITY);
  const made = desk.map(() => 0);
  let queue: Waiting[] = desk.map(({ apis }, account) => ({
    account,
    joinsAt: startsAt[account] ?? 0,
    pending: API_NAMES.slice(0, apis).map((_name, index) => index),
    fruitless: 0,
    isFresh: true,
    before: null,
    isSpaced: false,
  }));
  let freeAt = 0;
  while (queue.length > 0) {
    const [turn, ...others] = queue.sort((a, b) => a.joinsAt - b.joinsAt);
    if (turn === undefined) break;
    queue = others;
    const { account } = turn;
    const hiddenAccount = desk[account] as HiddenAccount;
    const from = afterRestart(hidden, Math.max(freeAt, turn.joinsAt));
    let at = from;
    let { isFresh, isSpaced } = turn;
    let fruitless = turn.fruitless;
    const pending = [...turn.pending];
    const before = turn.before ?? made[account] ?? 0;
    let isOver = false;
    let isAside = false;
    while (pending.length > 0) {
      const api = pending[0] as number;
      at = afterRestart(hidden, at);
      const drawn = hiddenLogin(random, hiddenAccount, hidden, at, isFresh);
      const rest = drawn.asksOtp ? (lastOtpAt[account] ?? 0) + OTP_SPACING_MS - at : 0;
      if (!isSpaced && rest > 2 * LEAD_MS) {
        // The run waits for its next OTP, and the browser is for others.
        spacings.push({ account, api, from: at });
        const joinsAt = at + rest - LEAD_MS;
        queue.push({ account, joinsAt, pending, fruitless, isFresh, before, isSpaced: true });
        break;
      }
      if (isAside && queue.some(({ joinsAt }) => joinsAt <= at)) {
        // With its code the last login has given the browser away, and another run is next.
        queue.push({ account, joinsAt: at, pending, fruitless, isFresh, before, isSpaced });
        break;
      }
      isSpaced = false;
      const login = traceLogin(account, api, drawn, at, lastOtpAt);
      const cut = cutByRestart(login, hidden);
      if (cut !== null) {
        logins.push(cut);
        at = hidden.restart?.to ?? at;
        isFresh = true;
        continue;
      }
      logins.push(login);
      at = login.to;
      isFresh = false;
      isAside = login.failure === null;
      if (login.failure === null) made[account] = (made[account] ?? 0) + 1;
      if (login.failure === null || login.failure === 'APP_REJECTED') {
        pending.shift();
        continue;
      }
      if (login.failure === 'THROTTLED' || login.failure === 'BROKER_UNREACHABLE')
        cooldowns.push({ account, from: at, to: at + COOLDOWN_MS });
      fruitless = (made[account] ?? 0) > before ? 1 : fruitless + 1;
      if (login.failure === 'THROTTLED' && fruitless < MAX_FRUITLESS_PAUSES)
        queue.push({
          account,
          joinsAt: at + COOLDOWN_MS,
          pending,
          fruitless,
          isFresh: false,
          before: null,
          isSpaced: false,
        });
      else isOver = true;
      break;
    }
    freeAt = at;
    turns.push({ account, joinsAt: turn.joinsAt, from, to: at });
    if (pending.length === 0 || isOver) endsAt[account] = at;
    if (made[account] === hiddenAccount.apis) doneAt[account] = at;
  }
  return { logins, turns, cooldowns, spacings, startsAt, endsAt, doneAt };
};

const afterRestart = ({ restart }: HiddenMorning, at: number): number =>
  restart !== null && at >= restart.from && at < restart.to ? restart.to : at;

/** A login in which the program died; null where it did not. */
const cutByRestart = (login: TracedLogin, { restart }: HiddenMorning): TracedLogin | null => {
  if (restart === null || login.from >= restart.from || login.to <= restart.from) return null;
  const phases = login.phases.filter(({ from }) => from < restart.from);
  return { ...login, phases, failure: 'INTERRUPTED', to: restart.from };
};

const traceLogin = (
  account: number,
  api: number,
  { beforeMs, asksOtp, afterMs, captcha, failure }: HiddenLogin,
  from: number,
  lastOtpAt: number[],
): TracedLogin => {
  const phases: TracedPhase[] = [];
  let at = from;
  const enter = (step: LoginStep, milliseconds: number, awaitsOperator = false) => {
    phases.push({ step, from: at, to: at + milliseconds, awaitsOperator });
    at += milliseconds;
  };
  enter('DIALOG', beforeMs);
  if (captcha !== null) {
    enter('DIALOG', captcha.answeredAfterMs ?? CAPTCHA_WAIT_MS, true);
    if (captcha.answeredAfterMs === null) return { account, api, phases, failure: 'CAPTCHA', from, to: at };
    enter('DIALOG', 500);
  }
  if (asksOtp) {
    const spacing = (lastOtpAt[account] ?? 0) + OTP_SPACING_MS - at;
    if (spacing > 0) enter('OTP_SPACING', spacing);
    lastOtpAt[account] = at;
    enter('MOBILE', afterMs * 0.15);
  }
  if (failure === 'THROTTLED') {
    enter('OTP', 3000);
    return { account, api, phases, failure, from, to: at };
  }
  if (failure !== 'BROKER_UNREACHABLE') {
    if (asksOtp) enter('OTP', afterMs * 0.45);
    enter('PIN', afterMs * 0.25);
    enter('REDIRECT', afterMs * 0.1);
    enter('VERIFY', afterMs * 0.05);
  }
  return { account, api, phases, failure, from, to: at };
};
