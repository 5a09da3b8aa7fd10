import type { StoredAuditEntry } from '../domain/events/audit.ts';
import type { DbRecovery } from '../domain/events/db-recovery.ts';
import type { Fact } from './change.ts';
import type { Listener, Trouble } from './database.ts';

export class Listeners {
  readonly #all = new Set<Listener>();
  #published = '';
  /** Given back before anybody listened. */
  #unheard: Fact[] = [];

  add(listener: Listener): void {
    this.#all.add(listener);
    if (listener.givenBack === undefined || this.#unheard.length === 0) return;
    listener.givenBack(this.#unheard);
    this.#unheard = [];
  }

  clear(): void {
    this.#all.clear();
  }

  publishAudit(entries: readonly StoredAuditEntry[]): void {
    for (const entry of entries) for (const { audit } of this.#all) audit?.(entry);
  }

  publishGivenBack(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    const listeners = [...this.#all].flatMap(({ givenBack }) => givenBack ?? []);
    if (listeners.length === 0) this.#unheard.push(...facts);
    for (const givenBack of listeners) givenBack(facts);
  }

  /** Publishes only what differs from what was published last. */
  publishRecovery(recovery: DbRecovery, trouble: Trouble | null): void {
    const state = JSON.stringify([recovery, trouble?.code, trouble?.isOnDisk]);
    if (state === this.#published || trouble === null) return;
    this.#published = state;
    for (const listener of this.#all) listener.recovery?.(recovery, trouble);
  }
}
