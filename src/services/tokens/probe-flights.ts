import type { Secret } from '../../domain/secret.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import type { Clock } from '../clock.ts';

/** One call to the broker about a token. */
export interface Flight<Result> {
  /** Counts the calls: one that is begun later has a higher one. */
  readonly moment: number;
  readonly begunAt: Date;
  readonly result: Promise<Result>;
}

interface Options<Result> {
  readonly ask: (accessToken: Secret) => Promise<Result>;
  readonly nextMoment: () => number;
  readonly clock: Clock;
}

/** At most one call of a kind is under way for each token. */
export class ProbeFlights<Result> {
  readonly #options: Options<Result>;
  readonly #inFlight = new Map<string, Flight<Result>>();

  constructor(options: Options<Result>) {
    this.#options = options;
  }

  /** A call that was begun at `since` or before is not joined. No `await` stands between looking for one and noting it. */
  join(
    { fingerprint, accessToken }: Pick<StoredToken, 'fingerprint' | 'accessToken'>,
    since = 0,
  ): Flight<Result> {
    const flying = this.#inFlight.get(fingerprint);
    if (flying !== undefined && flying.moment > since) return flying;
    const flight: Flight<Result> = {
      moment: this.#options.nextMoment(),
      begunAt: this.#options.clock(),
      result: this.#options.ask(accessToken).finally(() => {
        if (this.#inFlight.get(fingerprint) === flight) this.#inFlight.delete(fingerprint);
      }),
    };
    this.#inFlight.set(fingerprint, flight);
    return flight;
  }
}
