import type { AuthPhase, EventsSubscription } from './gql/graphql.ts';

/** Something that happened to an account, or was said beside the sequence. */
export type VegaEvent = EventsSubscription['events'];

/** One kind of event, by its type's name: `VegaEventOf<'CooldownEvent'>`. */
export type VegaEventOf<Name extends VegaEvent['__typename']> = Extract<VegaEvent, { __typename: Name }>;

/** What the server is told about where to begin. */
export interface Place {
  readonly accountId?: string | undefined;
  readonly after?: string | undefined;
}

const CONFIRMED: readonly AuthPhase[] = ['AUTH_CONFIRMED', 'DASHBOARD'];

/** Where a reader stands in the sequence of events. */
export class Bookmark {
  readonly #accountId: string | undefined;
  #last: number | null;
  /** The happening that `#last` belongs to; what is not kept repeats its id, but never its text. */
  #lastText: string | null = null;
  /** Whether all that belongs to `#last` is known to have arrived. */
  #isWhole: boolean;
  #isConfirmed = false;

  constructor({ accountId, after }: Place) {
    this.#accountId = accountId;
    this.#last = after === undefined ? null : Number(after);
    this.#isWhole = after !== undefined;
  }

  /** Where to go on. Whoever was cut off in the middle of the state as it is begins with it again. */
  resume(): Place {
    if (!this.#isWhole) this.#last = null;
    return { accountId: this.#accountId, after: this.#last === null ? undefined : String(this.#last) };
  }

  /** Moves on to an event; false when the reader has had it. */
  take(event: VegaEvent): boolean {
    if (event.__typename === 'GapEvent') return this.#forget();
    const id = Number(event.id);
    const text = JSON.stringify(event);
    const last = this.#last ?? id;
    if (id < last || text === this.#lastText) return false;
    if (id > last) this.#lastText = text;
    if (id > last || this.#endsBeginning(event)) this.#isWhole = true;
    this.#last = id;
    return true;
  }

  /** The state as it is ends with the cooldown, or with the confirmation where there is one; a heartbeat comes after both. */
  #endsBeginning(event: VegaEvent): boolean {
    if (event.__typename === 'AuthStateEvent') this.#isConfirmed = CONFIRMED.includes(event.authState.state);
    if (event.__typename === 'CooldownEvent') return !this.#isConfirmed;
    return event.__typename === 'AuthConfirmedEvent' || event.__typename === 'HeartbeatEvent';
  }

  #forget(): true {
    this.#last = null;
    this.#lastText = null;
    this.#isWhole = false;
    return true;
  }
}
