import type { AuthEvent, StoredEvent } from '../../domain/events/event.ts';

/** The newest events of this process, without a gap up to the last one, so that most readers need no database. */
export class RecentEvents {
  readonly #capacity: number;
  readonly #events: StoredEvent[] = [];
  /** Everything after this id is here. */
  #since: number;

  constructor(capacity: number, since: number) {
    this.#capacity = capacity;
    this.#since = since;
  }

  add(event: StoredEvent): void {
    this.#events.push(event);
    if (this.#events.length > this.#capacity) this.#since = this.#events.shift()?.id ?? this.#since;
  }

  reachesBackTo(id: number): boolean {
    return id >= this.#since;
  }

  /** Those after an id, at most `limit`. */
  after(id: number, limit: number): readonly StoredEvent[] {
    // Searched from the end, because readers are rarely far behind.
    const last = this.#events.findLastIndex((event) => event.id <= id);
    return this.#events.slice(last + 1, last + 1 + limit);
  }
}

/** An event of every account is copied once for each account, with the account's id. */
const copies = new WeakMap<StoredEvent | AuthEvent, Map<string, AuthEvent>>();

/** The event as readers of that account get it; null when it belongs to another account. */
export const visibleTo = (accountId: string, event: StoredEvent | AuthEvent): AuthEvent | null => {
  if (event.accountId === accountId) return event as AuthEvent;
  if (event.accountId !== null) return null;
  const known = copies.get(event) ?? new Map<string, AuthEvent>();
  const copy = known.get(accountId) ?? { ...event, accountId };
  copies.set(event, known.set(accountId, copy));
  return copy;
};
