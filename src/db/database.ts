import type { Account } from '../domain/account/account.ts';
import type { ApiConfig } from '../domain/account/api-config.ts';
import type { AuditEntry, AuditVerification, StoredAuditEntry } from '../domain/events/audit.ts';
import type { DbRecovery } from '../domain/events/db-recovery.ts';
import type { StorageKind } from '../domain/token/token.ts';
import type { AuditQuery } from './audit/audit-entries.ts';
import type { Fact } from './change.ts';
import type { LookQueue } from './look-queue.ts';
import type { ForeignTokenRows } from './queries/foreign-token-rows.ts';
import type { TokenFormat } from './queries/tokens.ts';
import type { Queryable } from './queryable.ts';

/** What everything above this folder knows of a database. Rows stop here: what leaves it are domain values. */
export interface Database extends TokenFormat, AsyncDisposable {
  /** How messages name it. */
  readonly path: string;
  /** The folder whose disk it grows on; null where that is another machine's. */
  readonly folder: string | null;
  /** Whether programs on other machines may use it at the same time. */
  readonly isShared: boolean;
  readonly findings: Findings;

  /** For reads; during an outage of a file its mirror in memory. */
  readonly read: Queryable;

  /**
   * The result of `load`, cached under `key` until this program or another one writes. `load` reads nothing that changes but
   * `db` and the vault.
   */
  cached<Value>(key: string, load: (db: Queryable) => Promise<Value>, freshness?: Freshness): Promise<Value>;

  /**
   * For `work` that only reads: what it reads by `cached` is no older than its beginning, for which a server is asked once
   * instead of once for each.
   */
  atOneMoment<Result>(work: () => Promise<Result>): Promise<Result>;

  /**
   * For a long computation, between its steps: others of this program go on, and a transaction that programs on other
   * machines wait for comes first.
   */
  yieldToWrites(): Promise<void>;

  /**
   * Runs `work` in one transaction, and no other one beside it. Use only that transaction within it: a query beside it
   * may wait for ever. `work` runs again when the database fails in the middle. With `mustLast` it throws a
   * `DatabaseError` when neither the database nor the spill file can hold it.
   */
  write<Result>(work: (trx: Queryable) => Promise<Result>, durability?: Durability): Promise<Result>;

  /**
   * Writes what exists already and must not be lost, such as a token. What the database does not take, or a table of it
   * refuses, waits in the spill file. `facts` say the same as `work` without reading: a server has no copy in memory that
   * `work` could run on while it cannot be reached.
   */
  keep<Result>(
    work: (trx: Queryable) => Promise<Result>,
    facts: () => readonly Fact[],
  ): Promise<Kept<Result>>;

  /** Appends to the audit in the caller's transaction. */
  audit(trx: Queryable, entry: AuditEntry): Promise<void>;

  /** The newest entries first, pending ones included. */
  auditEntries(query: AuditQuery): Promise<readonly StoredAuditEntry[]>;

  /** The entries of a span of time by id, pending ones included. */
  auditEntriesBetween(from: Date, to: Date): Promise<readonly StoredAuditEntry[]>;

  /** When the audit begins, pending entries included; null where it is empty. Throws where it cannot be read. */
  auditBeginning(): Promise<Date | null>;

  /** Until when the audit knows of what happened after `from`; a restore leaves a gap before it. */
  auditKnownUntil(from: Date): Promise<Date | null>;

  /** Verifies the whole audit chain. Calls during a verification share the next one. */
  verifyAudit(): Promise<AuditVerification>;

  /**
   * Dry run of everything that a run writes. Null when every table takes it, or when nobody can write at present.
   */
  findUnfitTable(order: TrialOrder): Promise<UnfitTable | null>;

  /** Rows of the user's table that another program wrote and that are nobody's token. */
  findForeignTokenRows(): Promise<ForeignTokenRows>;

  /** How the server of the database is set up, compared with this clock; null for a file. */
  inspectServer(now: () => Date): Promise<ServerInspection | null>;

  /** Files beside the database that hold what could not be read of earlier outages. */
  damagedSpills(): readonly string[];

  /** Where a token is stored at present. */
  storageOf(accountNumber: number, apiName: string): StorageKind;

  readonly recovery: DbRecovery;

  /** Null while the database can be written. */
  readonly trouble: Trouble | null;

  /** Calls back when an outage begins, changes and ends, and with each audit entry once it is stored or spilled. */
  listen(listener: Listener): void;

  /**
   * Calls back after another program has written, within two seconds or so, and once at the beginning. It may be called
   * where nothing was. Call the result to stop.
   */
  watchForeignWrites(onWritten: () => void): () => void;

  /** Begins an outage when the open file was deleted or replaced at its path. */
  checkFile(): void;

  /** Copies the whole database while it is in use. Calls during a backup share the next one. */
  backUp(now: Date): Promise<Backup>;

  /** Seals every secret with a new master key. False when VEGA_MASTER_KEY gives no other key to seal with. */
  rotateMasterKey(): Promise<boolean>;

  /** Where several machines share the database: its queue of looks at accounts; null where this process executes its runs itself. */
  readonly looks: LookQueue | null;

  /** The time by the clock of the database, which all of its machines share; this machine's where it has no other. */
  readonly clock: () => Date;

  /** Differs whenever something may be read otherwise than before; null where that is not known without asking a server. */
  readonly revision: string | null;

  /** The same, asked of the server where there is one; null during an outage of a file. */
  version(): Promise<string | null>;
}

export interface Freshness {
  /** The last result that is known while nothing can be read: for what is named in an answer, never for what it says. */
  readonly orLast?: boolean;
  /** The id of the account whose rows alone `load` reads: only what is written of it ends the result. */
  readonly of?: string;
}

export interface Durability {
  readonly mustLast?: boolean;
}

/** What became of a write that must not be lost. */
export interface Kept<Result> {
  /** False while the facts wait in the spill file for a server. */
  readonly isStored: boolean;
  /** Null where it is not stored, or was stored from the spill file. */
  readonly result: Result | null;
}

export interface Listener {
  readonly recovery?: (recovery: DbRecovery, trouble: Trouble) => void;
  readonly audit?: (entry: StoredAuditEntry) => void;
  /** What a server has got from a spill file; of earlier processes as soon as somebody listens. */
  readonly givenBack?: (facts: readonly Fact[]) => void;
}

/** Why the database cannot be written. */
export interface Trouble {
  /** SQLite's code, such as SQLITE_BUSY, or a `FileChange`. */
  readonly code: string;
  readonly pendingWrites: number;
  /** The spill file holds every pending write, so that they survive the end of this process. */
  readonly isOnDisk: boolean;
  /** What the operator has to do; null when retrying is enough. */
  readonly advice: string | null;
  readonly seconds: number;
}

/** What was found when the database was opened. */
export interface Findings {
  /** How many transactions of orphan spills were replayed. */
  readonly replayed: number;
  readonly tornBytes: number;
  /** Damaged spills: their whole records were replayed, and their files are kept. */
  readonly damaged: readonly SpillDamage[];
  /** There are audit entries without a signed head. */
  readonly isHeadMissing: boolean;
  /** How many audit entries are missing at the end, because the database is an earlier copy. */
  readonly missingEntries: number;
}

/** The damage of a spill file, which is kept because not all of it could be read. */
export interface SpillDamage {
  /** The path of the file after its readable part was replayed. */
  readonly file: string;
  readonly unreadBytes: number;
  /** How many transactions are missing at least. */
  readonly missing: number;
}

/** A copy of the database at one instant. Every token in it is sealed. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly madeAt: Date;
}

export interface ServerInspection {
  readonly version: string;
  /** How far this machine's clock is ahead of the server's. */
  readonly clockSkewMs: number;
  readonly faults: readonly ServerFault[];
}

/** What may lose or confuse what the server is given. */
export interface ServerFault {
  readonly part: 'DATABASE' | 'CLOCK';
  /** It may lead to a submission that is made twice. */
  readonly isGrave: boolean;
  readonly message: string;
  readonly cure: string;
}

export interface TrialOrder {
  readonly account: Pick<Account, 'id' | 'number'>;
  readonly configs: readonly Omit<ApiConfig, 'clientSecret' | 'enabled' | 'source'>[];
  readonly now: Date;
}

/** A table that does not take what a run writes. */
export interface UnfitTable {
  readonly table: string;
  /** Names the table, the column where the database names one, and what is wrong with it. */
  readonly message: string;
  /** In words that an operator can follow. */
  readonly cure: string;
}
