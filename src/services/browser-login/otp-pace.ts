import type { Database } from '../../db/database.ts';
import {
  findOtpRequestsOfOthers,
  lastOtpRequest,
  type OtpRequest,
  SUBMISSION_MS,
} from '../../db/queries/login-attempts.ts';
import type { Clock } from '../clock.ts';

interface Options {
  readonly database: Database;
  /** Between two OTP requests of an account; about 165 s are known to work, faster was blocked (public logs, December 2025). */
  readonly otpSpacingMs: number;
  /** Between two OTP requests of different accounts, which the broker sees coming from one address. */
  readonly loginRateMs: number;
  /** VEGA_EGRESS: the address through which this machine reaches the broker; null where all share one. */
  readonly egress: string | null;
  readonly clock: Clock;
}

/** How long an account has to wait before its next OTP request, and of how long an interval that is the rest; milliseconds. */
export interface Spacing {
  readonly restMs: number;
  readonly intervalMs: number;
}

/** How long after it was written down a request may leave for the broker: a later one is kept back where workers share the broker. */
export const LEAVES_WITHIN_MS = SUBMISSION_MS;

/** When accounts may request their next OTP. */
export class OtpPace {
  readonly #options: Options;
  readonly #startedAt: Date;
  /** When the broker had surely answered the last request of each account, on the monotonic clock. */
  readonly #answeredAt = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
    this.#startedAt = options.clock();
  }

  /** A request is stored before it leaves: the broker counts from later, from its answer at the latest. */
  noteAnswer(accountId: string): void {
    this.#answeredAt.set(accountId, performance.now());
  }

  get egress(): string | null {
    return this.#options.egress;
  }

  async spacing(accountId: string): Promise<Spacing> {
    const { database, otpSpacingMs } = this.#options;
    const last = await lastOtpRequest(database.read, accountId);
    // What the broker names only ever lengthens the spacing that is known to work.
    const intervalMs = Math.max(otpSpacingMs, last?.intervalMs ?? 0);
    const answeredAt = this.#answeredAt.get(accountId);
    return { restMs: this.#rest(last === null ? [] : [last], answeredAt, intervalMs), intervalMs };
  }

  /** For how long other accounts keep this one from requesting an OTP. */
  async rateRest(accountId: string, db = this.#options.database.read): Promise<number> {
    const { loginRateMs, egress, clock } = this.#options;
    const since = new Date(clock().getTime() - loginRateMs - LEAVES_WITHIN_MS);
    const requests = await findOtpRequestsOfOthers(db, accountId, since, egress);
    const others = [...this.#answeredAt].filter(([id]) => id !== accountId).map(([, at]) => at);
    return this.#rest(requests, others.length === 0 ? undefined : Math.max(...others), loginRateMs);
  }

  /** At most the whole interval after the latest departure, also when the clock was set back since. */
  #rest(requests: readonly OtpRequest[], answeredAt: number | undefined, intervalMs: number): number {
    const now = this.#options.clock().getTime();
    const rests = requests.map((request) => this.#latestDeparture(request) + intervalMs - now);
    const sinceAnswered = answeredAt === undefined ? intervalMs : performance.now() - answeredAt;
    const longestMs = intervalMs === 0 ? 0 : intervalMs + this.#unseenMs;
    return Math.min(longestMs, Math.max(0, ...rests, intervalMs - sinceAnswered));
  }

  /** When a request left is not known of another worker, nor of a process that died; where that was the only one, it was before this one started. */
  #latestDeparture({ at, leftBy }: OtpRequest): number {
    const latest = Math.min(at.getTime() + LEAVES_WITHIN_MS, leftBy?.getTime() ?? Number.POSITIVE_INFINITY);
    if (this.#options.database.looks !== null) return latest;
    return Math.max(at.getTime(), Math.min(latest, this.#startedAt.getTime()));
  }

  /** How much longer than the interval the rest may be. */
  get #unseenMs(): number {
    return this.#options.database.looks === null ? 0 : LEAVES_WITHIN_MS;
  }
}
