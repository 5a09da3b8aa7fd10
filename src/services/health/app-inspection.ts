import { type AppCheck, checkApp } from '../../broker/api/app-check.ts';
import type { BrokerApi } from '../../broker/api/broker-api.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { Clock } from '../clock.ts';
import { Semaphore } from '../semaphore.ts';

/** An app changes at the broker only when its owner changes it, and every look is a request: look rarely. */
const FRESH_MS = 5 * 60_000;
const AT_ONCE = 2;

interface Options {
  readonly api: BrokerApi;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Finds an owner's mistakes in the apps before any OTP is spent on them. */
export class AppInspection {
  readonly #options: Options;
  readonly #places = new Semaphore(AT_ONCE);
  readonly #known = new Map<string, { readonly at: number; readonly check: Promise<AppCheck> }>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** What the broker says of an app, now or a few minutes ago. Concurrent callers share one look. */
  inspect(config: Pick<ApiConfig, 'clientId' | 'redirectUri'>): Promise<AppCheck> {
    const key = `${config.clientId} ${config.redirectUri}`;
    const now = this.#options.clock().getTime();
    const known = this.#known.get(key);
    if (known !== undefined && Math.abs(now - known.at) < FRESH_MS) return known.check;
    const { api, timeoutMs } = this.#options;
    const check = this.#places.run(() => checkApp(api, config, timeoutMs));
    this.#known.set(key, { at: now, check });
    // What could not be found out is asked again at the next look.
    void check.then(({ kind }) => {
      if (kind === 'UNKNOWN') this.#known.delete(key);
    });
    return check;
  }
}
