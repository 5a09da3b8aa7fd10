import type { LoginUnderWay, MeasuredLogin } from './measured-login.ts';
import { drawPrior, drawPriorFailure, FAILURE_PRIOR, FASTEST_LOGIN_MS } from './prior-logins.ts';
import type { RandomSource } from './random-source.ts';

/** As many logins as the prior weighs. */
const PRIOR_WEIGHT = 4;
/** Today's own logins say so much about which earlier run is like today: in the logarithm of the duration. */
const LIKENESS = 0.35;
/** How often a login is like the others of its run. */
const SAME_RUN = 0.75;
/** How likely a person is to act at all, before anybody has; as if this many had been waited for. */
const OPERATOR_PRIOR = { answered: 1, unanswered: 1 } as const;

/** Measured logins of one account, to be drawn from: whole ones, so that what belongs together stays together. */
export class LoginPool {
  readonly #logins: readonly MeasuredLogin[];
  /** Those that made a token. */
  readonly #made: readonly MeasuredLogin[];
  readonly #byRun: readonly (readonly MeasuredLogin[])[];
  /** The weights of the runs, summed up. */
  readonly #sums: readonly number[];

  /** `today`: the logins that have ended in the run under way. */
  constructor(earlier: readonly MeasuredLogin[], today: readonly MeasuredLogin[] = []) {
    this.#logins = [...earlier, ...today];
    this.#made = this.#logins.filter(({ failure }) => failure === null);
    const runs = new Map<string, MeasuredLogin[]>();
    for (const login of this.#logins) runs.set(login.runId, [...(runs.get(login.runId) ?? []), login]);
    this.#byRun = [...runs.values()];
    const pace = paceOf(today);
    let sum = 0;
    this.#sums = this.#byRun.map((logins) => {
      sum += likeness(pace, paceOf(logins));
      return sum;
    });
  }

  get size(): number {
    return this.#logins.length;
  }

  /** Every measured login asked for an OTP. */
  get alwaysAsksOtp(): boolean {
    return this.size > 0 && this.#logins.every(({ afterOtpMs }) => afterOtpMs !== null);
  }

  /** No login of the account was faster. */
  get fastestMs(): number {
    const lengths = this.#logins.flatMap((login) => (login.failure === null ? lengthOf(login) : []));
    return lengths.length === 0 ? FASTEST_LOGIN_MS : Math.min(...lengths);
  }

  /** A run that today may be like. */
  drawRun(random: RandomSource): readonly MeasuredLogin[] {
    const at = random() * (this.#sums.at(-1) ?? 0);
    let [low, high] = [0, this.#sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return this.#byRun[low] ?? [];
  }

  /** `run` is what `drawRun` has answered for this morning. */
  draw(random: RandomSource, isFirst: boolean, run: readonly MeasuredLogin[]): MeasuredLogin {
    const { logins, failures } = FAILURE_PRIOR;
    const weight = this.size + logins;
    const login = this.#drawOwn(random, isFirst, run);
    if (random() * weight < failures) return { ...login, failure: drawPriorFailure(random) };
    if (login.failure === null || random() * weight < this.size) return login;
    return pick(this.#made, random) ?? drawPrior(random, isFirst);
  }

  #drawOwn(random: RandomSource, isFirst: boolean, run: readonly MeasuredLogin[]): MeasuredLogin {
    if (random() * (this.size + PRIOR_WEIGHT) < PRIOR_WEIGHT) return drawPrior(random, isFirst);
    const from = run.length > 0 && random() < SAME_RUN ? run : this.#logins;
    // A few tries are enough to find one that is first, or is not, wherever there is one.
    for (let tries = 0; tries < 4; tries += 1) {
      const login = pick(from, random);
      if (login !== undefined && (login.isFirst === isFirst || from.length === 1)) return login;
    }
    return pick(this.#logins, random) ?? drawPrior(random, isFirst);
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

const byRun = (logins: readonly MeasuredLogin[]): readonly (readonly MeasuredLogin[])[] => {
  const runs = new Map<string, MeasuredLogin[]>();
  for (const login of logins) {
    const run = runs.get(login.runId);
    if (run === undefined) runs.set(login.runId, [login]);
    else run.push(login);
  }
  return [...runs.values()];
};

export const pick = <Item>(items: readonly Item[], random: RandomSource): Item | undefined =>
  items[Math.floor(random() * items.length)];

export const lengthOf = ({ beforeOtpMs, afterOtpMs }: MeasuredLogin): number =>
  beforeOtpMs + (afterOtpMs ?? 0);

/** The mean of the logarithms of how long its logins took without waiting for a person; null without any that made a token. */
const paceOf = (logins: readonly MeasuredLogin[]): number | null => {
  const paces = logins.flatMap((login) =>
    login.failure === null ? Math.log(Math.max(1, lengthOf(login) - login.operatorMs)) : [],
  );
  return paces.length === 0 ? null : paces.reduce((sum, pace) => sum + pace, 0) / paces.length;
};

const likeness = (today: number | null, other: number | null): number =>
  today === null || other === null ? 1 : Math.exp(-((today - other) ** 2) / (2 * LIKENESS ** 2)) + 0.02;
