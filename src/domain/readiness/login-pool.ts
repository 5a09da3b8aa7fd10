import type { LoginUnderWay, MeasuredLogin } from './measured-login.ts';
import { drawPrior, drawPriorFailure, FAILURE_PRIOR, FASTEST_LOGIN_MS } from './prior-logins.ts';
import type { RandomSource } from './random-source.ts';

/** As many logins as the prior weighs. */
const PRIOR_WEIGHT = 2;
/** How often a login is like the others of its day. */
const SAME_DAY = 0.97;
/** How likely a person is to act at all, before anybody has; as if this many had been waited for. */
const OPERATOR_PRIOR = { answered: 1, unanswered: 1 } as const;

/** Measured logins of one account, to be drawn from: whole ones, so that what belongs together stays together. */
export class LoginPool {
  readonly #logins: readonly MeasuredLogin[];
  /** Those that made a token. */
  readonly #made: readonly MeasuredLogin[];
  readonly #failed: readonly MeasuredLogin[];
  readonly #madeOn: ReadonlyMap<number, readonly MeasuredLogin[]>;
  readonly #paces: ReadonlyMap<number, number | null>;
  /** How slow its logins are in the mean; null without any. */
  readonly pace: number | null;
  /** How slow today is; null before its first token. */
  readonly todaysPace: number | null;

  /** `today`: the logins that have ended in the run under way. */
  constructor(earlier: readonly MeasuredLogin[], today: readonly MeasuredLogin[] = []) {
    this.#logins = [...earlier, ...today];
    this.#made = this.#logins.filter(({ failure }) => failure === null);
    this.#failed = this.#logins.filter(({ failure }) => failure !== null);
    this.#madeOn = byDay(this.#made);
    this.#paces = new Map([...this.#madeOn].map(([day, logins]) => [day, paceOf(logins)]));
    this.pace = paceOf(this.#made);
    this.todaysPace = paceOf(today);
  }

  get size(): number {
    return this.#logins.length;
  }

  /** The days of its logins. */
  get days(): Iterable<number> {
    return this.#madeOn.keys();
  }

  /** Every measured login asked for an OTP. */
  get alwaysAsksOtp(): boolean {
    return this.size > 0 && this.#logins.every(({ afterOtpMs }) => afterOtpMs !== null);
  }

  /** No login of the account was faster. */
  get fastestMs(): number {
    return this.#made.reduce(
      (fastest, login) => Math.min(fastest, lengthOf(login)),
      this.size > 0 ? Number.POSITIVE_INFINITY : FASTEST_LOGIN_MS,
    );
  }

  /** The logins of a day that made a token; none where there was none. */
  madeOn(day: number): readonly MeasuredLogin[] {
    return this.#madeOn.get(day) ?? [];
  }

  /** How slow that day was; null where no token was made. */
  paceOn(day: number): number | null {
    return this.#paces.get(day) ?? null;
  }

  /** `like` are the logins of a day that this morning is like. A failure is as likely as it was on all of them. */
  draw(random: RandomSource, isFirst: boolean, like: readonly MeasuredLogin[]): MeasuredLogin {
    const login = this.#drawMade(random, isFirst, like);
    const at = random() * (this.size + FAILURE_PRIOR.logins) - FAILURE_PRIOR.failures;
    if (at < 0) return { ...login, failure: drawPriorFailure(random) };
    return at < this.#failed.length ? (pick(this.#failed, random) ?? login) : login;
  }

  #drawMade(random: RandomSource, isFirst: boolean, like: readonly MeasuredLogin[]): MeasuredLogin {
    if (random() * (this.#made.length + PRIOR_WEIGHT) < PRIOR_WEIGHT) return this.#drawPrior(random, isFirst);
    const from = like.length > 0 && random() < SAME_DAY ? like : this.#made;
    return pickAlike(from, isFirst, random) ?? drawPrior(random, isFirst);
  }

  /** Whether an OTP is asked for is the account's own: the prior says no more than how long a login takes. */
  #drawPrior(random: RandomSource, isFirst: boolean): MeasuredLogin {
    const prior = drawPrior(random, isFirst);
    const own = pickAlike(this.#made, isFirst, random);
    if (own === undefined || own.isFirst !== isFirst || own.afterOtpMs !== null) return prior;
    return { ...prior, beforeOtpMs: lengthOf(prior), afterOtpMs: null };
  }

  /** How a login under way goes on: only such logins as have taken at least as long so far. */
  continuation(login: LoginUnderWay, now: Date): Continuation {
    const { otpRequestedAt, operatorSince } = login;
    if (operatorSince !== null) return this.#awaitedOperator(now.getTime() - operatorSince.getTime());
    const passed = otpRequestedAt === null ? login.workedMs : now.getTime() - otpRequestedAt.getTime();
    const isPossible = ({ beforeOtpMs, afterOtpMs }: MeasuredLogin) =>
      otpRequestedAt === null ? beforeOtpMs >= passed : afterOtpMs !== null && afterOtpMs >= passed;
    return { kind: 'LOGIN', passedMs: passed, possible: this.#logins.filter(isPossible) };
  }

  #awaitedOperator(passedMs: number): Continuation {
    const waits = this.#logins.filter(({ operatorMs }) => operatorMs > passedMs);
    const answered = waits.filter(({ failure }) => failure !== 'CAPTCHA');
    const share =
      (answered.length + OPERATOR_PRIOR.answered) /
      (waits.length + OPERATOR_PRIOR.answered + OPERATOR_PRIOR.unanswered);
    return {
      kind: 'OPERATOR',
      share,
      restsMs: answered.map(({ operatorMs }) => operatorMs - passedMs),
    };
  }
}

/** What can follow in a login under way. */
export type Continuation =
  | { readonly kind: 'LOGIN'; readonly passedMs: number; readonly possible: readonly MeasuredLogin[] }
  /** A person is waited for: with which probability somebody acts, and after what time others did. */
  | { readonly kind: 'OPERATOR'; readonly share: number; readonly restsMs: readonly number[] };

const byDay = (logins: readonly MeasuredLogin[]): ReadonlyMap<number, readonly MeasuredLogin[]> => {
  const days = new Map<number, MeasuredLogin[]>();
  for (const login of logins) {
    const day = days.get(login.day);
    if (day === undefined) days.set(login.day, [login]);
    else day.push(login);
  }
  return days;
};

export const pick = <Item>(items: readonly Item[], random: RandomSource): Item | undefined =>
  items[Math.floor(random() * items.length)];

/** One that is the first of its session, or is not; any where a few tries find none. */
const pickAlike = (
  logins: readonly MeasuredLogin[],
  isFirst: boolean,
  random: RandomSource,
): MeasuredLogin | undefined => {
  for (let tries = 0; tries < 4; tries += 1) {
    const login = pick(logins, random);
    if (login === undefined || login.isFirst === isFirst) return login;
  }
  return pick(logins, random);
};

export const lengthOf = ({ beforeOtpMs, afterOtpMs }: MeasuredLogin): number =>
  beforeOtpMs + (afterOtpMs ?? 0);

/** The mean of the logarithms of how long its logins took without waiting for a person; null without any that made a token. */
const paceOf = (logins: readonly MeasuredLogin[]): number | null => {
  const paces = logins.flatMap((login) =>
    login.failure === null ? Math.log(Math.max(1, lengthOf(login) - login.operatorMs)) : [],
  );
  return paces.length === 0 ? null : paces.reduce((sum, pace) => sum + pace, 0) / paces.length;
};
