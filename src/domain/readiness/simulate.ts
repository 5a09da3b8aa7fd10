import { lendableMs } from '../run/browser-turns.ts';
import { LikeDays } from './like-days.ts';
import { type Continuation, lengthOf, pick } from './login-pool.ts';
import type { MeasuredLogin } from './measured-login.ts';
import {
  type AccountPlan,
  type Browser,
  endOfLogin,
  firstTurns,
  MAX_FRUITLESS_PAUSES,
  rested,
  type Turn,
  turnAt,
} from './morning.ts';
import { OtpRate } from './otp-rate.ts';
import { DELAY_PRIOR, MISHAP_SHARE } from './prior-logins.ts';
import type { RandomSource } from './random-source.ts';
import { TurnQueue } from './turn-queue.ts';

/** When each account has its last token, for every simulated morning; never is infinite. Milliseconds since 1970. */
export interface Mornings {
  readonly doneAt: readonly Float64Array[];
  /** From joining the queue to the last token. */
  readonly tookMs: readonly Float64Array[];
}

/** What one simulation needs beside the accounts. */
export interface Simulation {
  readonly now: Date;
  readonly draws: number;
  readonly random: RandomSource;
  /** One at least. */
  readonly browsers: readonly Browser[];
}

/**
 * Simulates the rest of the morning `draws` times, for all accounts at once, because they share the browsers. It stops now
 * and then, so that whoever makes it go on can do other things between.
 */
export function* simulate(
  plans: readonly AccountPlan[],
  { now, draws, random, browsers }: Simulation,
): Generator<void, Mornings> {
  const continuations = plans.map(({ stage, pool }) =>
    stage.kind === 'LOGS_IN' && stage.login !== null ? pool.continuation(stage.login, now) : null,
  );
  const doneAt = plans.map(() => new Float64Array(draws).fill(Number.POSITIVE_INFINITY));
  const tookMs = plans.map(() => new Float64Array(draws).fill(Number.POSITIVE_INFINITY));
  if (plans.length === 0) return { doneAt, tookMs };
  const morning = new Morning(plans, continuations, now.getTime(), random, browsers);
  for (let draw = 0; draw < draws; draw += 1) {
    yield* morning.run((account, at, since) => {
      const [done, took] = [doneAt[account], tookMs[account]];
      if (done === undefined || took === undefined) return;
      done[draw] = at;
      took[draw] = at - since;
    });
    yield;
  }
  return { doneAt, tookMs };
}

/** Take less than a millisecond. */
const TURNS_AT_ONCE = 100;

type OnDone = (account: number, at: number, since: number) => void;

/** The rest of the morning, as it may go on. */
class Morning {
  readonly #plans: readonly AccountPlan[];
  readonly #continuations: readonly (Continuation | null)[];
  readonly #random: RandomSource;
  readonly #now: number;
  readonly #firstTurns: readonly Turn[];
  readonly #like: (readonly MeasuredLogin[])[];
  /** Per account; what a morning begins with lies beside it. */
  readonly #lastOtpAt: Float64Array;
  readonly #lastOtpAtFirst: Float64Array;
  /** Tokens that a later start has to make. */
  readonly #left: Float64Array;
  readonly #leftFirst: Float64Array;
  readonly #joinedAt: Float64Array;
  readonly #hasUsedStart: Uint8Array;
  readonly #days: LikeDays;
  readonly #rate: OtpRate;
  /** By browser. */
  readonly #freeAt: Float64Array;
  #turns = new TurnQueue([]);
  /** Which one is used. */
  #browser = 0;
  #slowness = 1;

  constructor(
    plans: readonly AccountPlan[],
    continuations: readonly (Continuation | null)[],
    now: number,
    random: RandomSource,
    browsers: readonly Browser[],
  ) {
    this.#plans = plans;
    this.#continuations = continuations;
    this.#random = random;
    this.#now = now;
    this.#firstTurns = firstTurns(plans, now);
    this.#like = plans.map(() => []);
    this.#days = new LikeDays(plans.map(({ pool }) => pool));
    this.#lastOtpAtFirst = Float64Array.from(
      plans,
      ({ lastOtpAt }) => lastOtpAt?.getTime() ?? Number.NEGATIVE_INFINITY,
    );
    this.#lastOtpAt = new Float64Array(plans.length);
    this.#rate = new OtpRate(browsers, this.#lastOtpAtFirst);
    this.#freeAt = new Float64Array(browsers.length);
    this.#leftFirst = Float64Array.from(plans, ({ others }) => others);
    this.#left = new Float64Array(plans.length);
    this.#joinedAt = Float64Array.from(plans, ({ stage }) =>
      stage.kind === 'STARTS' ? Math.max(now, stage.at.getTime()) : now,
    );
    this.#hasUsedStart = new Uint8Array(plans.length);
  }

  /** Plays it once. */
  *run(onDone: OnDone): Generator<void, void> {
    if (this.#random() < MISHAP_SHARE) return;
    this.#freeAt.fill(this.#now);
    this.#turns = new TurnQueue(this.#firstTurns);
    this.#lastOtpAt.set(this.#lastOtpAtFirst);
    this.#rate.begin();
    this.#left.set(this.#leftFirst);
    const { day, slowness } = this.#days.draw(this.#random);
    this.#slowness = slowness;
    for (let account = 0; account < this.#plans.length; account += 1) {
      const plan = this.#plans[account];
      this.#hasUsedStart[account] = plan?.stage.kind === 'STARTS' ? 1 : 0;
      this.#like[account] = day === null ? [] : (plan?.pool.madeOn(day) ?? []);
    }
    for (let turns = 1; ; turns += 1) {
      if (turns % TURNS_AT_ONCE === 0) yield;
      this.#browser = this.#freeAt.indexOf(Math.min(...this.#freeAt));
      const turn = this.#turns.take(this.#freeAt[this.#browser] ?? this.#now);
      if (turn === undefined) return;
      this.#round(turn, onDone);
    }
  }

  /** One run has a browser: one login after the other, until all are made, it has to let go, or another one is next. */
  #round(turn: Turn, onDone: OnDone): void {
    const { account } = turn;
    const plan = this.#plans[account];
    if (plan === undefined) return;
    let at = Math.max(this.#freeAt[this.#browser] ?? 0, turn.readyAt, this.#now);
    let { logins, fruitless, drawn, isSpaced } = turn;
    let isFirst = !turn.isResumed;
    let continuation = turn.isUnderWay ? (this.#continuations[account] ?? null) : null;
    let made = 0;
    // With its code a login gives the browser away: the next one has to get it anew.
    let isAside = false;
    while (logins > 0) {
      const login =
        continuation === null
          ? (drawn ?? this.#draw(plan, account, isFirst))
          : this.#continued(plan, continuation, at, isFirst, account);
      const lent = continuation === null && !isSpaced ? this.#lendableMs(plan, account, login, at) : 0;
      const isLent = lent > 0 ? !this.#turns.isEmpty : isAside && this.#turns.isAnyReady(at);
      if (!isLent) at += lent;
      else {
        this.#freeAt[this.#browser] = at;
        this.#turns.push({
          ...turnAt(plan, account, at + lent),
          logins,
          fruitless: made > 0 ? 0 : fruitless,
          isResumed: !isFirst,
          isSpaced: lent > 0,
          drawn: login,
        });
        return;
      }
      isSpaced = false;
      drawn = null;
      at = continuation === null ? this.#after(plan, account, login, at) : at + lengthOf(login);
      continuation = null;
      isFirst = false;
      const end = endOfLogin(login);
      isAside = end.kind === 'DONE';
      if (end.kind === 'DONE') made += 1;
      else if (end.kind === 'LEFT_OUT') this.#leave(account, 1);
      else {
        fruitless = made > 0 ? 1 : fruitless + 1;
        const rested = at + plan.cooldownMs;
        this.#freeAt[this.#browser] = at;
        if (end.kind === 'PAUSE' && fruitless < MAX_FRUITLESS_PAUSES) {
          this.#turns.push({ ...turnAt(plan, account, rested), logins, fruitless, isResumed: true });
          return;
        }
        this.#leave(account, logins);
        if (end.kind === 'END' && end.isFinal) return;
        this.#startAgain(plan, account, end.kind === 'PAUSE' || end.rests ? rested : at);
        return;
      }
      logins -= 1;
    }
    this.#freeAt[this.#browser] = at;
    if ((this.#left[account] ?? 0) > 0) this.#startAgain(plan, account, at);
    else onDone(account, at, this.#joinedAt[account] ?? this.#now);
  }

  #draw({ pool }: AccountPlan, account: number, isFirst: boolean): MeasuredLogin {
    const login = pool.draw(this.#random, isFirst, this.#like[account] ?? []);
    const slowness = this.#slowness;
    const delayMs = this.#random() < DELAY_PRIOR.share ? this.#random() * DELAY_PRIOR.mostMs : 0;
    if (slowness === 1 && delayMs === 0) return login;
    const { beforeOtpMs, afterOtpMs } = login;
    return {
      ...login,
      beforeOtpMs: beforeOtpMs * slowness + (afterOtpMs === null ? delayMs : 0),
      afterOtpMs: afterOtpMs === null ? null : afterOtpMs * slowness + delayMs,
    };
  }

  /** When a login that begins at `at` ends. */
  #after(plan: AccountPlan, account: number, { beforeOtpMs, afterOtpMs }: MeasuredLogin, at: number): number {
    if (afterOtpMs === null) return at + beforeOtpMs;
    const last = this.#lastOtpAt[account] ?? Number.NEGATIVE_INFINITY;
    const requestedAt = Math.max(
      at + beforeOtpMs,
      last + plan.otpSpacingMs,
      this.#rate.endsAt(this.#browser, account, plan.loginRateMs),
    );
    this.#lastOtpAt[account] = requestedAt;
    this.#rate.note(this.#browser, account, requestedAt);
    return requestedAt + afterOtpMs;
  }

  /** For how long the run gives the browser away before this login, because its OTP has to wait. */
  #lendableMs({ otpSpacingMs }: AccountPlan, account: number, login: MeasuredLogin, at: number): number {
    if (login.afterOtpMs === null) return 0;
    const last = this.#lastOtpAt[account] ?? Number.NEGATIVE_INFINITY;
    return lendableMs({ restMs: last + otpSpacingMs - at, intervalMs: otpSpacingMs });
  }

  /** What is left of a login under way. */
  #continued(
    plan: AccountPlan,
    continuation: Continuation,
    at: number,
    isFirst: boolean,
    account: number,
  ): MeasuredLogin {
    const { stage } = plan;
    const random = this.#random;
    const login = stage.kind === 'LOGS_IN' ? stage.login : null;
    if (continuation.kind === 'OPERATOR') {
      const drawn = this.#draw(plan, account, isFirst);
      const until = stage.kind === 'LOGS_IN' ? (stage.waitsUntil?.getTime() ?? at) : at;
      const isAnswered = random() < continuation.share;
      const waits = isAnswered ? pick(continuation.restsMs, random) : undefined;
      const rest = waits ?? random() * Math.max(0, until - at);
      if (!isAnswered) return rested(Math.max(0, until - at), 'CAPTCHA');
      return rested(
        rest + this.#restOf(drawn, login?.otpRequestedAt != null, plan, account, at + rest),
        drawn.failure,
      );
    }
    const { passedMs, possible } = continuation;
    const isAfter = login?.otpRequestedAt != null;
    // What has taken longer than any other so far goes on for about as long again.
    const drawn = pick(possible, random) ?? rested(passedMs + Math.max(2000, passedMs * random()), null);
    if (isAfter) return rested(Math.max(0, (drawn.afterOtpMs ?? lengthOf(drawn)) - passedMs), drawn.failure);
    const before = Math.max(
      0,
      drawn.beforeOtpMs - (login?.isSpacing === true ? drawn.beforeOtpMs : passedMs),
    );
    const asks = drawn.afterOtpMs ?? (login?.isSpacing === true ? lengthOf(drawn) : null);
    if (asks === null) return rested(before, drawn.failure);
    const end = this.#after(plan, account, { ...drawn, beforeOtpMs: before, afterOtpMs: asks }, at);
    return rested(end - at, drawn.failure);
  }

  #restOf(drawn: MeasuredLogin, isAfter: boolean, plan: AccountPlan, account: number, at: number): number {
    const work = Math.max(0, lengthOf(drawn) - drawn.operatorMs);
    if (isAfter || drawn.afterOtpMs === null) return work / 2;
    return this.#after(plan, account, { ...drawn, beforeOtpMs: 0 }, at) - at;
  }

  #leave(account: number, logins: number): void {
    this.#left[account] = (this.#left[account] ?? 0) + logins;
  }

  /** The scheduler starts once more where its next start is still to come; else nobody does. */
  #startAgain(plan: AccountPlan, account: number, notBefore: number): void {
    const start = plan.nextStart?.getTime() ?? Number.NEGATIVE_INFINITY;
    if (this.#hasUsedStart[account] === 1 || start < this.#now) return;
    this.#hasUsedStart[account] = 1;
    const logins = this.#left[account] ?? 0;
    this.#left[account] = 0;
    const joinsAt = Math.max(start, notBefore);
    this.#turns.push({ ...turnAt(plan, account, joinsAt), logins });
  }
}
