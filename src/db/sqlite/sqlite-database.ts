import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditEntry, AuditVerification, StoredAuditEntry } from '../../domain/events/audit.ts';
import type { DbRecovery } from '../../domain/events/db-recovery.ts';
import type { StorageKind } from '../../domain/token/token.ts';
import { type AuditQuery, findAuditEntries, verifyChain } from '../audit/audit-entries.ts';
import { findBeginning, findEntriesBetween, findKnownUntil } from '../audit/audit-range.ts';
import type {
  Backup,
  Database,
  Durability,
  Findings,
  Kept,
  Listener,
  TrialOrder,
  Trouble,
  UnfitTable,
} from '../database.ts';
import { DatabaseError, DatabaseUnavailable } from '../database-error.ts';
import { type ForeignTokenRows, findForeignTokenRows } from '../queries/foreign-token-rows.ts';
import type { Queryable } from '../queryable.ts';
import { ReadCache } from '../read-cache.ts';
import { retryWithin } from '../retry-within.ts';
import { rotateVault } from '../secrets/sealed-values.ts';
import type { Vault } from '../secrets/vault.ts';
import { SharedWork } from '../shared-work.ts';
import { findDamagedSpills, findSpills } from '../spill/orphan-spills.ts';
import { makeBackup } from './backup/backups.ts';
import { isBusy, isOutage, meansRefusal } from './connection.ts';
import { BUSY_WAIT_MS, Failover } from './failover/failover.ts';
import { meansFileChange } from './files/file-identity.ts';
import type { OpenedFile } from './opened-file.ts';
import { type DatabaseOptions, type Opened, openDatabase } from './opening.ts';
import { findUnfitTable } from './schema/table-trial.ts';
import { Upkeep } from './upkeep.ts';

const FOREIGN_WRITES_CHECK_MS = 1000;

/** The one SQLite file, with its mirror and its spill file. */
export class SqliteDatabase implements Database {
  readonly path: string;
  readonly folder: string;
  readonly isShared = false;
  readonly zone: string;
  readonly sealsTokens: boolean;
  readonly looks = null;
  readonly clock = () => new Date();
  readonly findings: Findings;
  readonly #options: DatabaseOptions;
  readonly #chain: Opened['chain'];
  readonly #failover: Failover;
  readonly #reads = new ReadCache();
  readonly #backup = new SharedWork<Backup>();
  readonly #verification = new SharedWork<AuditVerification>();
  readonly #upkeep: Upkeep;

  private constructor(options: DatabaseOptions, opened: Opened) {
    this.path = options.file;
    this.folder = path.dirname(options.file);
    this.zone = opened.format.zone;
    this.sealsTokens = opened.format.sealsTokens;
    this.findings = opened.findings;
    this.#options = options;
    this.#chain = opened.chain;
    this.#failover = new Failover(options, opened);
    this.#upkeep = new Upkeep(options, this.#failover);
  }

  /** Opens or makes the file (mode 600, WAL), migrates its tables and leaves existing rows as they are. */
  static async open(options: DatabaseOptions): Promise<SqliteDatabase> {
    return new SqliteDatabase(options, await openDatabase(options));
  }

  /** The file itself, also during an outage. */
  get file(): Queryable {
    return this.#failover.file.kysely;
  }

  get read(): Queryable {
    return this.#failover.read;
  }

  /** Asking costs nothing here. */
  atOneMoment<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  /** No other machine waits for this one. */
  yieldToWrites(): Promise<void> {
    return nextTurn();
  }

  cached<Value>(key: string, load: (db: Queryable) => Promise<Value>): Promise<Value> {
    const version = `${this.#failover.version} ${this.vault.keyId}`;
    return this.#reads.get(key, version, () => load(this.read));
  }

  /** In one `BEGIN IMMEDIATE` transaction, on the single connection. */
  write<Result>(
    work: (trx: Queryable) => Promise<Result>,
    { mustLast = false }: Durability = {},
  ): Promise<Result> {
    return this.#failover.write(work, { mustLast });
  }

  /** The mirror runs `work` during an outage: nothing is read from the facts. */
  async keep<Result>(work: (trx: Queryable) => Promise<Result>): Promise<Kept<Result>> {
    return { isStored: true, result: await this.#failover.write(work, { mustKeep: true }) };
  }

  /**
   * Runs `work` on the file and rolls it back. Answers the error that the file refuses it with; null when it takes it,
   * or cannot be written by anybody at present.
   */
  async dryRun(work: (trx: Queryable) => Promise<void>): Promise<unknown> {
    const { outage } = this.#failover;
    if (outage !== null && !meansRefusal(outage.code)) return null;
    try {
      await retryWithin(() => this.#failover.file.dryRun(work), isBusy, BUSY_WAIT_MS);
      // The pending writes were refused, whatever becomes of `work`.
      return outage === null ? null : new Error(`it refuses what was written before (${outage.code})`);
    } catch (error) {
      return isOutage(error) ? null : error;
    }
  }

  audit(trx: Queryable, entry: AuditEntry): Promise<void> {
    return this.#chain.append(trx, entry);
  }

  async auditEntries(query: AuditQuery): Promise<readonly StoredAuditEntry[]> {
    const newest = await findAuditEntries(this.read, query);
    if (this.#failover.outage === null) return newest;
    const older = await findAuditEntries(this.#failover.file.kysely, query).catch(() => []);
    const ids = new Set(newest.map(({ id }) => id));
    return [...newest, ...older.filter(({ id }) => !ids.has(id))]
      .sort((one, other) => other.id - one.id)
      .slice(0, query.first);
  }

  async auditEntriesBetween(from: Date, to: Date): Promise<readonly StoredAuditEntry[]> {
    const found = await findEntriesBetween(this.read, from, to);
    if (this.#failover.outage === null) return found;
    const stored = await findEntriesBetween(this.#failover.file.kysely, from, to).catch(() => []);
    const ids = new Set(stored.map(({ id }) => id));
    return [...stored, ...found.filter(({ id }) => !ids.has(id))];
  }

  async auditBeginning(): Promise<Date | null> {
    const stored = await this.#fromFile((file) => findBeginning(file));
    return stored ?? findBeginning(this.read);
  }

  auditKnownUntil(from: Date): Promise<Date | null> {
    return findKnownUntil(this.read, from);
  }

  verifyAudit(): Promise<AuditVerification> {
    return this.#verification.run(async () => {
      this.checkFile();
      const { file } = this.#failover;
      if (file.change !== null)
        return { valid: false, entries: 0, firstBadId: null, reason: 'The file was deleted or replaced.' };
      return this.#fromFile((file) => verifyChain(file, this.#chain));
    });
  }

  /** What is read is the file's own, and never the mirror's, which has the last entry of the audit alone. */
  async #fromFile<Found>(read: (db: Queryable) => Promise<Found>): Promise<Found> {
    const { file } = this.#failover;
    const before = file.substitutions;
    const found = await read(file.kysely);
    if (file.substitutions === before) return found;
    throw new DatabaseUnavailable(this.path, `The database ${this.path} cannot be read at present.`);
  }

  findUnfitTable(order: TrialOrder): Promise<UnfitTable | null> {
    return findUnfitTable(this, order);
  }

  findForeignTokenRows(): Promise<ForeignTokenRows> {
    return findForeignTokenRows(this.read);
  }

  /** There is none. */
  async inspectServer(): Promise<null> {
    return null;
  }

  damagedSpills(): readonly string[] {
    return findDamagedSpills(this.path);
  }

  storageOf(accountNumber: number, apiName: string): StorageKind {
    const { outage } = this.#failover;
    if (outage === null) return 'DATABASE';
    const isLost = outage.advice !== null && meansFileChange(outage.code);
    return isLost || outage.holdsToken(accountNumber, apiName) ? 'MEMORY' : 'DATABASE';
  }

  get recovery(): DbRecovery {
    return this.#failover.recovery;
  }

  get trouble(): Trouble | null {
    return this.#failover.trouble;
  }

  listen(listener: Listener): void {
    this.#failover.listen(listener);
  }

  watchForeignWrites(onWritten: () => void): () => void {
    let seen: { readonly file: OpenedFile; readonly version: number } | null = null;
    const timer = setInterval(() => {
      const { file, outage } = this.#failover;
      const version = outage === null ? file.dataVersionIfKnown() : null;
      // Each connection counts for itself.
      if (version === null || (seen?.file === file && seen.version === version)) return;
      seen = { file, version };
      onWritten();
    }, FOREIGN_WRITES_CHECK_MS).unref();
    return () => clearInterval(timer);
  }

  checkFile(): void {
    this.#upkeep.checkFile();
  }

  async backUp(now: Date): Promise<Backup> {
    this.checkFile();
    this.#refuseDuringOutage('The database cannot be written at present, so it is not copied either.');
    return this.#backup.run(async () => {
      await this.#failover.followKey();
      return makeBackup(this.path, this.vault, now);
    });
  }

  /** Returns unused room in the file to the disk; false when there is little of it. */
  releaseFreeSpace(): Promise<boolean> {
    return this.#upkeep.releaseFreeSpace();
  }

  get vault(): Vault {
    return this.#failover.format.vault;
  }

  async rotateMasterKey(): Promise<boolean> {
    this.#refuseDuringOutage('The database cannot be written at present.');
    const [spill] = findSpills(this.path);
    if (spill !== undefined)
      throw new DatabaseError(
        this.path,
        `${spill} is sealed with the present master key, and what it holds is not in the database yet. Wait until it is gone; where no vega-auth runs any more, start one.`,
      );
    const renewed = await rotateVault(
      this.path,
      this.#failover.file.kysely,
      this.vault,
      this.#options.masterKey,
    );
    if (renewed !== null) await this.#failover.changeVault(renewed);
    return renewed !== null;
  }

  /** Tries once more to write what is pending, and leaves the rest in the spill file for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#failover.stop();
    await this.#upkeep[Symbol.asyncDispose]();
    await this.#failover[Symbol.asyncDispose]();
  }

  /** Differs whenever something may be read otherwise than before; null while the file cannot be written. */
  get revision(): string | null {
    return this.#failover.outage === null ? this.#failover.version : null;
  }

  async version(): Promise<string | null> {
    return this.revision;
  }

  #refuseDuringOutage(message: string): void {
    if (this.#failover.outage !== null) throw new DatabaseError(this.path, message);
  }
}
