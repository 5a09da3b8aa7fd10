import { randomBytes } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import type { Queryable } from '../../db/queryable.ts';
import {
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
    const key = randomBytes(12).toString('hex');
    const correlationId = reference.correlationId ?? currentCorrelation();
    const entry = toAuditEntry(kind, facts, { ...reference, correlationId }, key, this.#clock());
    await this.#database.audit(transaction, entry);
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
