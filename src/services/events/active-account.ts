import type { EventPayload } from '../../domain/events/event.ts';

interface Switch {
  readonly id: number;
  readonly to: string;
  /** The account before it; undefined where an older version has stored the switch. */
  readonly from: string | undefined;
}

/** Which account was the active one at each event, so that readers that follow it can resume. */
export class ActiveAccount {
  readonly #switches: Switch[] = [];
  /** As it was published last. */
  #published = '';
  /** As it was delivered to the readers last. */
  #delivered = '';

  get published(): string {
    return this.#published;
  }

  get delivered(): string {
    return this.#delivered;
  }

  /** The account at the start. */
  begin(accountId: string): void {
    this.#published = accountId;
    this.#delivered = accountId;
  }

  /** The last switch that has an id; undefined when there is none. */
  get lastSwitch(): Switch | undefined {
    return this.#switches.at(-1);
  }

  notePublished(payload: EventPayload): void {
    if (payload.kind === 'ACCOUNT_SWITCHED') this.#published = payload.account.id;
  }

  noteDelivered(payload: EventPayload): void {
    if (payload.kind === 'ACCOUNT_SWITCHED') this.#delivered = payload.account.id;
  }

  noteStored(event: { readonly id: number } & EventPayload): void {
    if (event.kind !== 'ACCOUNT_SWITCHED') return;
    this.#switches.push({ id: event.id, to: event.account.id, from: event.from });
  }

  /** The active account after the event of that id; null where that is not known any more. */
  at(id: number): string | null {
    const last = this.#switches.findLast((one) => one.id <= id);
    if (last !== undefined) return last.to;
    const [next] = this.#switches;
    return next === undefined ? this.#delivered : (next.from ?? null);
  }
}
