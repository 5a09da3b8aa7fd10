import type { Browser } from './morning.ts';

interface LastRequest {
  readonly account: number;
  readonly at: number;
}

/** Between OTP requests of different accounts through one address there is an interval. Times are milliseconds since 1970. */
export class OtpRate {
  readonly #egressOf: readonly number[];
  readonly #first: LastRequest;
  /** The last request through each address. */
  readonly #last: LastRequest[];

  /** `requestedAt`: when each account requested its last one; nobody knows through which address. */
  constructor(browsers: readonly Browser[], requestedAt: Float64Array) {
    const egresses = [...new Set(browsers.map(({ egress }) => egress))];
    this.#egressOf = browsers.map(({ egress }) => egresses.indexOf(egress));
    this.#first = latest(requestedAt);
    this.#last = egresses.map(() => this.#first);
  }

  /** A morning begins. */
  begin(): void {
    this.#last.fill(this.#first);
  }

  /** Until when other accounts keep this one from requesting an OTP. Each browser makes its requests in the order of time. */
  endsAt(browser: number, account: number, intervalMs: number): number {
    const last = this.#last[this.#egressOf[browser] ?? 0] ?? this.#first;
    return last.account === account ? Number.NEGATIVE_INFINITY : last.at + intervalMs;
  }

  note(browser: number, account: number, at: number): void {
    const egress = this.#egressOf[browser] ?? 0;
    if (at > (this.#last[egress] ?? this.#first).at) this.#last[egress] = { account, at };
  }
}

const latest = (requestedAt: Float64Array): LastRequest => {
  let last: LastRequest = { account: -1, at: Number.NEGATIVE_INFINITY };
  for (const [account, at] of requestedAt.entries()) if (at > last.at) last = { account, at };
  return last;
};
