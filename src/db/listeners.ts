import type { StoredAuditEntry } from '../domain/events/audit.ts';
import type { DbRecovery } from '../domain/events/db-recovery.ts';
import type { Listener, Trouble } from './database.ts';

export class Listeners {
  readonly #all = new Set<Listener>();
  #published = '';

  add(listener: Listener): void {
    this.#all.add(listener);
  }

  clear(): void {
    this.#all.clear();
  }

  publishAudit(entries: readonly StoredAuditEntry[]): void {
    for (const entry of entries) for (const { audit } of this.#all) audit?.(entry);
  }

  /** Publishes only what differs from what was published last. */
  publishRecovery(recovery: DbRecovery, trouble: Trouble | null): void {
    const state = JSON.stringify([recovery, trouble?.code, trouble?.isOnDisk]);
    if (state === this.#published || trouble === null) return;
    this.#published = state;
    for (const listener of this.#all) listener.recovery?.(recovery, trouble);
  }
}
