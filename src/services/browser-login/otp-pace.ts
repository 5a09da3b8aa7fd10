import type { Database } from '../../db/database.ts';
import { lastOtpRequest, lastOtpRequestOfOthers } from '../../db/queries/login-attempts.ts';
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

/** How long after it was stored a request may reach the broker. */
const LEAVES_WITHIN_MS = 5000;

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
    // Another worker may have died before the request left, and this one has not seen when.
    const unseenMs = database.looks === null ? 0 : LEAVES_WITHIN_MS;
    const at = last === null ? null : new Date(last.at.getTime() + unseenMs);
    return { restMs: this.#rest(at, answeredAt, intervalMs), intervalMs };
  }

  /** For how long other accounts keep this one from requesting an OTP. */
  async rateRest(accountId: string, db = this.#options.database.read): Promise<number> {
    const { loginRateMs, egress } = this.#options;
    const last = await lastOtpRequestOfOthers(db, accountId, egress);
    const others = [...this.#answeredAt].filter(([id]) => id !== accountId).map(([, at]) => at);
    return this.#rest(last, others.length === 0 ? undefined : Math.max(...others), loginRateMs);
  }

  /** At most the whole interval, also when the clock was set back since. */
  #rest(storedAt: Date | null, answeredAt: number | undefined, intervalMs: number): number {
    const now = this.#options.clock().getTime();
    const sinceStored = storedAt === null ? intervalMs : now - this.#latestDeparture(storedAt.getTime());
    const sinceAnswered = answeredAt === undefined ? intervalMs : performance.now() - answeredAt;
    return Math.min(intervalMs, Math.max(0, intervalMs - sinceStored, intervalMs - sinceAnswered));
  }

  /** When a request left is not known of a process that died; before this one started in any case. */
  #latestDeparture(storedAt: number): number {
    return Math.max(storedAt, Math.min(storedAt + LEAVES_WITHIN_MS, this.#startedAt.getTime()));
  }
}
