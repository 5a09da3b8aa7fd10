import { randomBytes } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import type { Queryable } from '../../db/queryable.ts';
import {
  type AuditEntry,
  type AuditKind,
  type AuditReference,
  type FactsOf,
  toAuditEntry,
} from '../../domain/events/audit.ts';
import type { Clock } from '../clock.ts';
import { currentCorrelation } from './correlation.ts';

/** What an audited write takes. */
export interface AuditedWrites {
  readonly database: Database;
  readonly audit: Audit;
  readonly clock: Clock;
}

export const newAuditKey = (): string => randomBytes(12).toString('hex');

/** Notes what is done, in the transaction that does it. */
export class Audit {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** In the caller's transaction: both are kept, or neither. What names no run belongs to the one, or to the request, under way. */
  async note<Kind extends AuditKind>(
    transaction: Queryable,
    kind: Kind,
    facts: FactsOf<Kind>,
    reference: AuditReference = {},
  ): Promise<void> {
    await this.#database.audit(transaction, this.entry(kind, facts, reference));
  }

  /** What `note` writes: however often this very entry is written, it counts once. */
  entry<Kind extends AuditKind>(
    kind: Kind,
    facts: FactsOf<Kind>,
    reference: AuditReference = {},
  ): AuditEntry {
    const correlationId = reference.correlationId ?? currentCorrelation();
    return toAuditEntry(kind, facts, { ...reference, correlationId }, newAuditKey(), this.#clock());
  }

  /** In the caller's transaction. */
  async append(transaction: Queryable, entries: readonly AuditEntry[]): Promise<void> {
    for (const entry of entries) await this.#database.audit(transaction, entry);
  }

  /** In a transaction of its own. */
  async record<Kind extends AuditKind>(
    kind: Kind,
    facts: FactsOf<Kind>,
    reference: AuditReference = {},
  ): Promise<void> {
    await this.#database.write((transaction) => this.note(transaction, kind, facts, reference));
  }
}
