import { existsSync } from 'node:fs';
import type { AuditEntry, AuditVerification, StoredAuditEntry } from '../domain/audit.ts';
import type { DbRecovery } from '../domain/db-recovery.ts';
import type { StorageKind } from '../domain/token.ts';
import { type AuditQuery, findAuditEntries, verifyChain } from './audit/audit-entries.ts';
import { adviceFor, type Backup, makeBackup } from './backup/backups.ts';
import type { Change } from './change.ts';
import { explain, isBusy, isOutage, isRefused, meansDamage, meansRefusal, sqliteCode } from './connection.ts';
import { DatabaseError } from './database-error.ts';
import { readKnownState, refuseOther } from './failover/known-state.ts';
import { adviceForLost } from './failover/lost-file.ts';
import type { Mirror } from './failover/mirror.ts';
import { Outage } from './failover/outage.ts';
import { replaySpilled, type Spilled, spilledIn } from './failover/replay-spilled.ts';
import { retryWithin } from './failover/retry-within.ts';
import { SpillFile } from './failover/spill-file.ts';
import { FileChanged, meansFileChange } from './files/file-identity.ts';
import { releaseFreePages } from './files/free-space.ts';
import { Mutex } from './mutex.ts';
import { OpenedFile } from './opened-file.ts';
import {
  type DatabaseOptions,
  type Findings,
  keyIdsOf,
  type Opened,
  openDatabase,
  refuseDamage,
} from './opening.ts';
import type { TokenFormat } from './queries/tokens.ts';
import type { Queryable } from './queryable.ts';
import { ReadCache } from './read-cache.ts';
import { CURRENT_SCHEMA } from './schema/migrations.ts';
import { rotateVault } from './secrets/sealed-values.ts';
import type { Vault } from './secrets/vault.ts';
import { SharedWork } from './shared-work.ts';

/**
 * How long a write waits for another process's lock before memory takes over; the event loop goes on meanwhile. Where
 * others write one after the other, it waits its turn: that is no outage unless it lasts.
 */
const [BUSY_WAIT_MS, CONTENTION_MS] = [200, 5000];
/** A short look has time: what holds the lock is most likely another command that is about to end. */
const BRIEF_BUSY_WAIT_MS = 3000;
/** So often is looked whether much of the file is free. */
const UPKEEP_MS = 60_000;
/** Between two attempts to write the file again: from 100 ms, doubled each time up to 2 s, with jitter. */
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [100, 2000];
/** So often is looked for what other programs have written. */
const FOREIGN_WRITES_MS = 1000;
/** A connection that was replaced is closed when whoever reads from it is surely done. */
const LINGER_MS = 1000;
/** How often it is looked whether the path still leads to the file, while nothing is written. */
const LOOK_MS = 1000;

const REFUSAL_ADVICE =
  'A table refuses what was written: `vega-auth doctor` names it and the cure. What waits is written when it is put right.';

/** What went wrong with the file, while it cannot be written. */
export interface Trouble {
  /** SQLite's word for it, such as SQLITE_BUSY. */
  readonly code: string;
  readonly pendingWrites: number;
  /** What is pending lies on the disk, too: it would survive the end of this process. */
  readonly isOnDisk: boolean;
  /** What a person has to do; null when time heals it. */
  readonly advice: string | null;
  readonly seconds: number;
}

interface Written {
  readonly transaction: Queryable;
  readonly changes: readonly Change[];
}

interface Listeners {
  readonly recovery: (recovery: DbRecovery, trouble: Trouble) => void;
  readonly audit: (entry: StoredAuditEntry) => void;
}

/**
 * The one SQLite file. Rows stop in this folder: what leaves it are domain values. While the file cannot be written,
 * its last known rows in memory take its place, and the spill file keeps what was written to them.
 */
export class Database implements TokenFormat {
  readonly path: string;
  readonly zone: string;
  readonly sealsTokens: boolean;
  /** What the start has found and put right. */
  readonly findings: Findings;
  readonly #options: DatabaseOptions;
  readonly #chain: Opened['chain'];
  /** What is read and written while the file cannot be. */
  readonly #mirror: Mirror;
  readonly #mutex = new Mutex();
  readonly #listeners = new Set<Partial<Listeners>>();
  #file: OpenedFile;
  #vault: Vault;
  #outage: Outage | null;
  /** Counts the writes of this program, and whatever else changes what is read. */
  #writes = 0;
  readonly #reads = new ReadCache();
  #publishedState = '';
  #retry: NodeJS.Timeout | null = null;
  readonly #looking: NodeJS.Timeout;
  readonly #lingering = new Set<OpenedFile>();
  #upkeep: NodeJS.Timeout | undefined;
  readonly #release = new SharedWork<boolean>();
  #isClosing = false;
  readonly #backup = new SharedWork<Backup>();
  readonly #verification = new SharedWork<AuditVerification>();

  private constructor(options: DatabaseOptions, opened: Opened) {
    this.path = options.file;
    this.zone = opened.format.zone;
    this.sealsTokens = opened.format.sealsTokens;
    this.findings = opened.findings;
    this.#options = options;
    this.#chain = opened.chain;
    this.#vault = opened.format.vault;
    this.#file = opened.file;
    this.#mirror = opened.mirror;
    this.#outage = opened.outage;
    this.#watch(opened.file);
    if (opened.outage !== null) this.#scheduleRetry(0);
    if (options.isBrief !== true)
      this.#upkeep = setInterval(
        () => void this.releaseFreeSpace().catch(() => undefined),
        UPKEEP_MS,
      ).unref();
    this.#looking = setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Opens or makes the file (mode 600, WAL), brings its tables up to date and leaves existing rows as they are. */
  static async open(options: DatabaseOptions): Promise<Database> {
    return new Database(options, await openDatabase(options));
  }

  /** For reads: the file, or its last known rows with what was written since. */
  get read(): Queryable {
    return this.#outage === null ? this.#file.kysely : this.#mirror.rows.kysely;
  }

  /** What `load` reads, kept under a name of its own until anything is written by this program or another. */
  cached<Value>(key: string, load: (db: Queryable) => Promise<Value>): Promise<Value> {
    return this.#reads.get(key, this.#version(), () => load(this.read));
  }

  /**
   * Runs `work` in one `BEGIN IMMEDIATE` transaction. Within it use only the given transaction: SQLite has a single
   * connection here, and a query beside it would wait for ever. `work` may be run again when the file fails in the
   * middle. With `mustLast` it is refused when neither the file nor the spill file can hold it. With `mustKeep` memory
   * and spill file also take what a table of the file refuses, until that table is put right.
   */
  async write<Result>(
    work: (transaction: Queryable) => Promise<Result>,
    { mustLast = false, mustKeep = false } = {},
  ): Promise<Result> {
    for (;;) {
      if (this.#outage === null) {
        try {
          const isWorthIt = (error: unknown) => isBusy(error) && this.#outage === null;
          return await retryWithin(() => this.#writeToFile(work), isWorthIt, {
            stillMs: this.#options.isBrief === true ? BRIEF_BUSY_WAIT_MS : BUSY_WAIT_MS,
            atMostMs: CONTENTION_MS,
            progress: () => foreignWritesOf(this.#file),
          });
        } catch (error) {
          const cause = error instanceof FileChanged ? error : (this.#file.change ?? error);
          if (!isOutage(cause) && !(mustKeep && isRefused(cause))) throw error;
          this.#beginOutage(cause);
        }
      }
      const written = await this.#mutex.run(() => this.#writeToMemory(work, mustLast));
      if (written !== 'FILE_IS_BACK') return written.result;
    }
  }

  /**
   * Tries `work` on the file and takes it back. Answers what the file refuses it with; null when it takes it, or cannot
   * be written by anybody at present.
   */
  async rehearse(work: (transaction: Queryable) => Promise<void>): Promise<unknown> {
    const outage = this.#outage;
    if (outage !== null && !meansRefusal(outage.code)) return null;
    try {
      await retryWithin(() => this.#file.rehearse(work), isBusy, BUSY_WAIT_MS);
      // What waits is not what was tried.
      return outage === null ? null : new Error(`it refuses what was written before (${outage.code})`);
    } catch (error) {
      return isOutage(error) ? null : error;
    }
  }

  /** Appends to the audit in the caller's transaction. */
  audit(transaction: Queryable, entry: AuditEntry): Promise<void> {
    return this.#chain.append(transaction, entry);
  }

  /** The newest entries first. Those that the file has not got yet are among them. */
  async auditEntries(query: AuditQuery): Promise<readonly StoredAuditEntry[]> {
    const newest = await findAuditEntries(this.read, query);
    if (this.#outage === null) return newest;
    const older = await findAuditEntries(this.#file.kysely, query).catch(() => []);
    const known = new Set(newest.map(({ id }) => id));
    return [...newest, ...older.filter(({ id }) => !known.has(id))]
      .sort((one, other) => other.id - one.id)
      .slice(0, query.first);
  }

  /** Looks through the whole audit in the file. Those who ask while that is done share the next look. */
  verifyAudit(): Promise<AuditVerification> {
    return this.#verification.run(async () => {
      this.look();
      if (this.#file.change !== null)
        return { valid: false, entries: 0, firstBadId: null, reason: 'The file was deleted or replaced.' };
      return verifyChain(this.#file.kysely, this.#chain);
    });
  }

  /** Where a token lies at present. */
  storageOf(accountNumber: number, apiName: string): StorageKind {
    const outage = this.#outage;
    if (outage === null) return 'DATABASE';
    const isLost = outage.advice !== null && meansFileChange(outage.code);
    return isLost || outage.holdsToken(accountNumber, apiName) ? 'MEMORY' : 'DATABASE';
  }

  get recovery(): DbRecovery {
    const outage = this.#outage;
    if (outage === null)
      return { dbLocked: false, fallback: 'DATABASE', autoRestart: true, pendingWrites: 0 };
    const autoRestart = !meansDamage(outage.code) && outage.advice === null;
    return { dbLocked: true, fallback: 'MEMORY', autoRestart, pendingWrites: outage.pending };
  }

  /** What is wrong with the file; null while it can be written. */
  get trouble(): Trouble | null {
    const outage = this.#outage;
    if (outage === null) return null;
    const { code, pending, isOnDisk, seconds } = outage;
    const refusal = meansRefusal(code) ? REFUSAL_ADVICE : outage.advice;
    const advice = meansDamage(code) ? adviceFor(this.path, keyIdsOf(this.#options.masterKey)) : refusal;
    return { code, pendingWrites: pending, isOnDisk, advice, seconds };
  }

  /** Told whenever an outage begins, moves on and ends, and of each audit entry once it is kept. */
  listen(listeners: Partial<Listeners>): void {
    this.#listeners.add(listeners);
    if (this.#outage !== null) this.#publishRecovery();
  }

  /** Calls back within about a second of a write by another program; once at the beginning in any case. The answer ends it. */
  watchForeignWrites(onWritten: () => void): () => void {
    let seen: { readonly file: OpenedFile; readonly version: number } | null = null;
    const timer = setInterval(() => {
      const file = this.#file;
      const version = this.#outage === null ? foreignWritesOf(file) : null;
      // Each connection counts for itself.
      if (version === null || (seen?.file === file && seen.version === version)) return;
      seen = { file, version };
      onWritten();
    }, FOREIGN_WRITES_MS).unref();
    return () => clearInterval(timer);
  }

  /** Finds out whether the path still leads to the file that is open: deleted or replaced, it cannot be written. */
  look(): void {
    const change = this.#file.change;
    if (this.#outage === null && change !== null) this.#beginOutage(change);
  }

  /** Copies the whole database while it is in use. Those who ask while one is being made share the next. */
  async backUp(now: Date): Promise<Backup> {
    this.look();
    if (this.#outage !== null)
      throw new DatabaseError(
        this.path,
        'The database cannot be written at present, so it is not copied either.',
      );
    return this.#backup.run(() => makeBackup(this.path, this.#vault, now));
  }

  /** Gives room in the file that is not needed any more back to the disk; false when there is little of it. */
  releaseFreeSpace(): Promise<boolean> {
    const file = this.#file;
    const isWanted = (): boolean => !this.#isClosing && this.#outage === null && this.#file === file;
    return this.#release.run(async () => isWanted() && releaseFreePages(file, isWanted));
  }

  /** Seals and opens the secrets in this file. */
  get vault(): Vault {
    return this.#vault;
  }

  /** Seals every secret with a new master key. False when VEGA_MASTER_KEY gives no other key to seal with. */
  async rotateMasterKey(): Promise<boolean> {
    if (this.#outage !== null)
      throw new DatabaseError(this.path, 'The database cannot be written at present.');
    const renewed = await rotateVault(this.#file.kysely, this.#vault, this.#options.masterKey);
    if (renewed === null) return false;
    this.#vault = renewed;
    this.#writes += 1;
    await this.#mutex.run(() => this.#copyAnew());
    return true;
  }

  /** Tries once more to write what is pending, and leaves the rest in the spill file for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#upkeep);
    clearInterval(this.#looking);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#listeners.clear();
    await this.#release.settled();
    await this.#mutex.run(() => this.#tryFile());
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#outage?.leave();
    for (const opened of [this.#file, this.#mirror.rows, ...this.#lingering]) await opened.close();
  }

  /** Differs whenever something may be read otherwise than before; null while the file cannot be written. */
  get revision(): string | null {
    return this.#outage === null ? this.#version() : null;
  }

  /** Differs whenever something may be read otherwise than before. A file that does not tell is read again. */
  #version(): string {
    if (this.#outage !== null) return `${this.#writes}`;
    try {
      return `${this.#writes} ${this.#file.foreignWritesOfTurn()}`;
    } catch {
      this.#writes += 1;
      return `${this.#writes}`;
    }
  }

  #writeToFile<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    const file = this.#file;
    const checked = async (transaction: Queryable) => {
      const result = await work(transaction);
      if (file.change !== null) throw file.change;
      return result;
    };
    return file.write(checked, async (transaction, changes) => {
      // Nothing is called stored that nobody will find.
      if (file.change !== null) throw new FileChanged(file.change.code, { isCommitted: true });
      this.#writes += 1;
      await this.#mirror.follow(file, changes, this.#replayer);
      this.#chain.markStored(transaction);
      this.#publishAudit(transaction);
    });
  }

  async #copyAnew(): Promise<void> {
    const file = this.#file;
    this.#linger(await file.undisturbed(() => this.#mirror.copy(file)));
    this.#writes += 1;
  }

  #beginOutage(error: unknown): void {
    // No `await` stands between the check and the set, so an outage begins once.
    if (this.#outage !== null) return;
    const spill = new SpillFile(this.path, CURRENT_SCHEMA, this.#vault);
    const outage = new Outage(spill, sqliteCode(error));
    this.#outage = outage;
    this.#writes += 1;
    void this.#mutex.run(async () => {
      try {
        // What has come through is done again in memory, so it must not be there already.
        const isCommitted = error instanceof FileChanged && error.isCommitted;
        if (!isCommitted && !this.#mirror.isCurrent(this.#file)) await this.#copyAnew();
      } catch {
        // What was last read has to do.
      }
      outage.known = await readKnownState(this.#mirror.rows.kysely, this.#vault);
    });
    this.#publishRecovery();
    this.#scheduleRetry(0);
  }

  async #writeToMemory<Result>(
    work: (transaction: Queryable) => Promise<Result>,
    mustLast: boolean,
  ): Promise<{ readonly result: Result } | 'FILE_IS_BACK'> {
    const outage = this.#outage;
    if (outage === null) return 'FILE_IS_BACK';
    let written: Written | null = null;
    const result = await this.#mirror.rows.write(work, async (transaction, changes) => {
      this.#writes += 1;
      written = { transaction, changes };
    });
    if (written !== null) await this.#keep(outage, written, mustLast);
    return { result };
  }

  async #keep(outage: Outage, { transaction, changes }: Written, mustLast: boolean): Promise<void> {
    try {
      await outage.keep(changes);
    } catch (error) {
      // It stays in memory and is tried again: what is lost only if this process ends is better than lost at once.
      this.#publishRecovery();
      if (mustLast) throw explain(this.path, error);
    }
    this.#publishAudit(transaction);
  }

  #scheduleRetry(attempt: number): void {
    const pause = Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS) * (0.75 + Math.random() / 2);
    this.#retry = setTimeout(() => {
      void this.#mutex
        .run(() => this.#tryFile())
        .then((isBack) => {
          if (!isBack) this.#scheduleRetry(attempt + 1);
        });
    }, pause).unref();
  }

  /** Opens the file anew and gives it everything that is pending, in one transaction. True when nothing is left to do. */
  async #tryFile(): Promise<boolean> {
    const outage = this.#outage;
    if (outage === null) return true;
    let file: OpenedFile | null = null;
    try {
      file = await this.#reopen(outage);
      if (meansDamage(outage.code)) refuseDamage(file.connection);
      await file.write(
        (transaction) => replaySpilled(transaction, this.#pendingIn(outage), this.#replayer),
        async (transaction) => this.#chain.markStored(transaction),
      );
      await this.#takeBack(outage, file);
      return true;
    } catch (error) {
      await file?.close();
      outage.code = sqliteCode(error) || outage.code;
      await this.#adviseOn(outage);
      await outage.sync().catch(() => undefined);
      this.#publishRecovery();
      return false;
    }
  }

  /** Opens what lies at the path now, if it is this database and has everything that was stored. */
  async #reopen(outage: Outage): Promise<OpenedFile> {
    const { change } = this.#file;
    if (change?.code === 'DATABASE_DELETED' || change?.code === 'DATABASE_REPLACED') await this.#retire();
    if (!existsSync(this.path)) throw new FileChanged('DATABASE_DELETED');
    if (change?.code === 'WAL_REPLACED') throw change;
    if (change?.code === 'WAL_DELETED') await this.#rescueLog();
    if (change?.code === 'DATABASE_REPLACED') {
      const strange = OpenedFile.openToLook(this.path);
      await this.#refuseOther(outage, strange).finally(() => strange.close());
    }
    const file = OpenedFile.open(this.path, this.#options.beforeStatement);
    try {
      await this.#refuseOther(outage, file);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #refuseOther({ known }: Outage, file: OpenedFile): Promise<void> {
    if (known !== null) await refuseOther(file.kysely, this.#vault, known);
  }

  /**
   * The path leads elsewhere. What is in the log goes into the file that is open, and the log is taken away: SQLite
   * would replay it into whatever lies at the path next.
   */
  async #retire(): Promise<void> {
    const file = this.#file;
    try {
      await file.undisturbed((connection) => connection.pragma('wal_checkpoint(TRUNCATE)'));
      file.identity?.removeSideFiles();
    } catch {
      // The other file is in use already, with the same side files.
    }
  }

  /** The log was deleted, and nobody has made another: what is in it goes into the database before that is opened anew. */
  async #rescueLog(): Promise<void> {
    await this.#file.undisturbed((connection) => {
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    });
  }

  /** A file that was deleted or replaced is still open: it is copied, and whoever looks after it is told. */
  async #adviseOn(outage: Outage): Promise<void> {
    const { code } = outage;
    if (!meansFileChange(code) || code === 'WAL_DELETED') {
      outage.advice = null;
      return;
    }
    outage.backup ??= makeBackup(this.path, this.#vault, new Date(), this.#file.connection).then(
      ({ file }) => file,
      () => null,
    );
    const openedAt = this.#file.identity?.findOpened() ?? null;
    outage.advice = adviceForLost({ code, path: this.path, openedAt, backup: await outage.backup });
  }

  #pendingIn(outage: Outage): Iterable<Spilled> {
    return outage.transactions((left) => spilledIn(left, this.#vault));
  }

  async #takeBack(outage: Outage, file: OpenedFile): Promise<void> {
    const trouble = this.trouble;
    this.#linger(this.#file);
    this.#file = file;
    this.#watch(file);
    this.#linger(this.#mirror.copy(file));
    this.#outage = null;
    this.#writes += 1;
    await outage.clear().catch(() => undefined);
    this.#publishRecovery(trouble);
  }

  /** A file that fails under a read is given up at once, and the read is answered from memory. */
  #watch(file: OpenedFile): void {
    file.onFault = (error) => {
      if (!isOutage(error) && file.connection.open) return null;
      if (file === this.#file && !isBusy(error)) this.#beginOutage(file.change ?? error);
      return this.#outage === null ? null : (query) => this.#mirror.rows.kysely.executeQuery(query);
    };
  }

  #linger(file: OpenedFile): void {
    this.#lingering.add(file);
    setTimeout(() => {
      if (this.#lingering.delete(file)) void file.close();
    }, LINGER_MS).unref();
  }

  get #replayer() {
    return { format: this, chain: this.#chain };
  }

  #publishAudit(transaction: Queryable): void {
    for (const entry of this.#chain.appendedBy(transaction))
      for (const { audit } of this.#listeners) audit?.(entry);
  }

  /** Says how it stands, unless that was said already. */
  #publishRecovery(before: Trouble | null = null): void {
    const trouble = this.trouble ?? before;
    const state = JSON.stringify([this.recovery, trouble?.code, trouble?.isOnDisk]);
    if (state === this.#publishedState || trouble === null) return;
    this.#publishedState = state;
    for (const { recovery } of this.#listeners) recovery?.(this.recovery, trouble);
  }
}

/** Null where the file does not tell at present. */
const foreignWritesOf = (file: OpenedFile): number | null => {
  try {
    return file.foreignWrites();
  } catch {
    return null;
  }
};
