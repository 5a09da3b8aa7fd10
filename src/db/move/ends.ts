import type { AuditChain } from '../audit/audit-chain.ts';
import type { Link } from '../audit/audit-head.ts';
import { DatabaseError } from '../database-error.ts';
import type { Queryable } from '../queryable.ts';
import type { MovePlace } from './places.ts';
import type { Move, Tombstone } from './tombstone.ts';

/** Where the rows are. Nobody writes to it from `declare` on, until `withdraw`. */
export interface MoveSource extends AsyncDisposable {
  readonly place: MovePlace;
  readonly db: Queryable;
  /** Verifies its audit, and that of its copy. */
  readonly chain: AuditChain;
  /** Signs the head of the audit on the other side, too. */
  readonly auditKey: Buffer;
  /** That of a move that a process has left unfinished; null where there is none. */
  readonly unfinished: Tombstone | null;
  /** Throws a `DatabaseError` while something is under way that a move would cut off. */
  refuseUse(): Promise<void>;
  /** The path of the backup; null where that is done with the engine's own tools. */
  backUp(): Promise<string | null>;
  declare(move: Move): Promise<void>;
  withdraw(id: string): Promise<void>;
  settle(at: Date): Promise<void>;
}

/** Where the rows are going. */
export interface MoveTarget extends AsyncDisposable {
  readonly place: MovePlace;
  /**
   * The transaction in which everything arrives, or nothing. `work` answers the last entry of the audit. Throws an
   * `ArrivalUnknown` where it is not known which; after every other error nothing has arrived.
   */
  receive(move: Move, auditKey: Buffer, work: (trx: Queryable) => Promise<Link>): Promise<void>;
}

/** Everything may have arrived or nothing: another move to the same place finds out. */
export class ArrivalUnknown extends DatabaseError {
  constructor(to: MovePlace, cause: unknown) {
    super(
      to.name,
      `Whether everything has arrived in ${to.name} is not known. Run the same \`vega-auth migrate\` again: it finds out. Until then the database that is moved is not used.`,
      { cause },
    );
    this.name = 'ArrivalUnknown';
  }
}
