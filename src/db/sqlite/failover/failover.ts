import type { DbRecovery } from '../../../domain/events/db-recovery.ts';
import type { Change } from '../../change.ts';
import type { Listener, Trouble } from '../../database.ts';
import { DatabaseUnavailable, databaseCode } from '../../database-error.ts';
import { Listeners } from '../../listeners.ts';
import type { TokenFormat } from '../../queries/tokens.ts';
import type { Queryable } from '../../queryable.ts';
import { retryWithin } from '../../retry-within.ts';
import type { Vault } from '../../secrets/vault.ts';
import { Mutex } from '../../spill/mutex.ts';
import { replaySpilled, spilledIn } from '../../spill/replay-spilled.ts';
import { SpillFile } from '../../spill/spill-file.ts';
import { explain, isBusy, isOutage, isRefused, refuseDamage } from '../connection.ts';
import { FileChanged } from '../files/file-identity.ts';
import type { OpenedFile } from '../opened-file.ts';
import type { DatabaseOptions, Opened } from '../opening.ts';
import { CURRENT_SCHEMA } from '../schema/migrations.ts';
import { CurrentFormat } from './current-format.ts';
import { adviseOnLostFile } from './lost-file.ts';
import { Outage } from './outage.ts';
import { reopenFile } from './reopen.ts';
import { recoveryOf, troubleOf } from './trouble.ts';
import { readWatermark } from './watermark.ts';

/** A write retries this long while another process holds the lock, and longer while others write in turn. */
export const BUSY_WAIT_MS = 200;
const CONTENTION_MS = 5000;
/** A short-lived command has time: the lock is most likely held by another one that is about to end. */
const BRIEF_BUSY_WAIT_MS = 3000;
/** Between two attempts at recovery: from 100 ms, doubled each time up to 2 s, with jitter. */
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [100, 2000];
/** A replaced connection is closed after its last reader is surely done. */
const LINGER_MS = 1000;

type Work<Result> = (trx: Queryable) => Promise<Result>;

/** An outage has begun since: what is written goes to memory. */
class OutageBegun extends Error {}

interface Written {
  readonly trx: Queryable;
  readonly changes: readonly Change[];
}

/**
 * Reads and writes the file. While the file cannot be written, its mirror in memory takes its place, the spill file
 * keeps every write, and recovery is retried until the file has replayed all of them.
 */
export class Failover {
  readonly #options: DatabaseOptions;
  readonly #chain: Opened['chain'];
  readonly #mirror: Opened['mirror'];
  readonly #format: CurrentFormat;
  readonly #mutex = new Mutex();
  readonly #listeners = new Listeners();
  readonly #lingering = new Set<OpenedFile>();
  #file: OpenedFile;
  #outage: Outage | null;
  /** Counts what this program does that changes what is read. */
  #writes = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: DatabaseOptions, opened: Opened) {
    this.#options = options;
    this.#chain = opened.chain;
    this.#mirror = opened.mirror;
    this.#file = opened.file;
    this.#format = new CurrentFormat(options, opened.format);
    this.#outage = opened.outage;
    this.#readFromMemoryOnError(opened.file);
    if (opened.outage !== null) this.#scheduleRetry(0);
  }

  get file(): OpenedFile {
    return this.#file;
  }

  get format(): TokenFormat {
    return this.#format.now;
  }

  /** Null while the file can be written. */
  get outage(): Outage | null {
    return this.#outage;
  }

  get read(): Queryable {
    return this.#outage === null ? this.#file.kysely : this.#mirror.rows.kysely;
  }

  get recovery(): DbRecovery {
    return recoveryOf(this.#outage);
  }

  get trouble(): Trouble | null {
    return this.#outage && troubleOf(this.#outage, this.#options.file, this.#options.masterKey);
  }

  /** Differs whenever something may be read otherwise than before. A file that cannot tell is read again each time. */
  get version(): string {
    const dataVersion = this.#outage === null ? this.#file.dataVersionOfTick() : 'MEMORY';
    if (dataVersion === null) this.#writes += 1;
    return `${this.#writes} ${dataVersion}`;
  }

  listen(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#outage !== null) this.#publishRecovery();
  }

  /** Writes to the file, or to memory and the spill file; see `Database.write` and `Database.keep`. */
  async write<Result>(
    work: Work<Result>,
    { mustLast = false, mustKeep = false }: { readonly mustLast?: boolean; readonly mustKeep?: boolean },
  ): Promise<Result> {
    const times = {
      idleMs: this.#options.isBrief === true ? BRIEF_BUSY_WAIT_MS : BUSY_WAIT_MS,
      totalMs: CONTENTION_MS,
      progress: () => this.#file.dataVersionIfKnown(),
    };
    for (;;) {
      if (this.#outage === null) {
        try {
          const isRetried = (error: unknown) => isBusy(error) && this.#outage === null;
          return await retryWithin(() => this.#writeToFile(work), isRetried, times);
        } catch (error) {
          if (!(error instanceof OutageBegun)) {
            const cause = error instanceof FileChanged ? error : (this.#file.change ?? error);
            if (!isOutage(cause) && !(mustKeep && isRefused(cause))) throw error;
            this.begin(cause);
          }
        }
      }
      const written = await this.#mutex.run(() => this.#writeToMemory(work, mustLast));
      if (written !== 'FILE_IS_BACK') return written.result;
    }
  }

  begin(error: unknown): void {
    // No `await` stands between the check and the set, so an outage begins once.
    if (this.#outage !== null) return;
    const spill = new SpillFile(this.#options.file, CURRENT_SCHEMA, this.format.vault);
    const outage = new Outage(spill, databaseCode(error));
    this.#outage = outage;
    this.#writes += 1;
    void this.#mutex.run(async () => {
      try {
        // What was committed is written to memory once more, so the mirror must not have it already.
        const isCommitted = error instanceof FileChanged && error.isCommitted;
        if (!isCommitted && !this.#mirror.isCurrent(this.#file)) await this.#copyMirror();
      } catch {
        // The file cannot be read: the mirror stays as it is.
      }
      // Null where it is sealed with a key that is not at hand.
      outage.watermark = await readWatermark(this.#mirror.rows.kysely, this.format.vault).catch(() => null);
    });
    this.#publishRecovery();
    this.#scheduleRetry(0);
  }

  /** Goes on with the master key that another program may have changed. */
  followKey(): Promise<void> {
    return this.#format.follow(this.#file, this.#file.kysely);
  }

  /** Goes on with a vault whose keys were rotated. */
  async changeVault(vault: Vault): Promise<void> {
    this.#format.vault = vault;
    this.#writes += 1;
    await this.#mutex.run(() => this.#copyMirror());
  }

  stop(): void {
    clearTimeout(this.#retry);
    this.#listeners.clear();
  }

  /** Tries recovery once more, and leaves what stays pending in the spill file for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#mutex.run(() => this.#tryRecovery());
    this.stop();
    await this.#outage?.leave();
    for (const opened of [this.#file, this.#mirror.rows, ...this.#lingering]) await opened.close();
  }

  #writeToFile<Result>(work: Work<Result>): Promise<Result> {
    const file = this.#file;
    const isInUse = () => this.#outage !== null;
    const checked = async (trx: Queryable) => {
      // What others have written to memory since is not in the file.
      if (isInUse()) throw new OutageBegun();
      await this.#format.follow(file, trx);
      const result = await work(trx);
      if (file.change !== null) throw file.change;
      if (isInUse()) throw new OutageBegun();
      return result;
    };
    return file.write(checked, async (trx, changes) => {
      // Never reported as stored, because nobody would find it at the path.
      if (file.change !== null) throw new FileChanged(file.change.code, { isCommitted: true });
      this.#writes += 1;
      await this.#mirror.follow(file, changes, this.#replayer, isInUse);
      this.#chain.markStored(trx);
      this.#listeners.publishAudit(this.#chain.appendedBy(trx));
    });
  }

  async #writeToMemory<Result>(
    work: Work<Result>,
    mustLast: boolean,
  ): Promise<{ readonly result: Result } | 'FILE_IS_BACK'> {
    const outage = this.#outage;
    if (outage === null) return 'FILE_IS_BACK';
    let written: Written | null = null;
    const result = await this.#mirror.rows.write(work, async (trx, changes) => {
      this.#writes += 1;
      written = { trx, changes };
    });
    if (written !== null) await this.#spill(outage, written, mustLast);
    return { result };
  }

  async #spill(outage: Outage, { trx, changes }: Written, mustLast: boolean): Promise<void> {
    try {
      await outage.keep(changes);
    } catch (error) {
      // It stays in memory and is spilled later: lost only if this process ends, which is better than lost at once.
      this.#publishRecovery();
      if (mustLast) {
        const { path, message } = explain(this.#options.file, error);
        throw new DatabaseUnavailable(path, message, { cause: error });
      }
    }
    this.#listeners.publishAudit(this.#chain.appendedBy(trx));
  }

  async #copyMirror(): Promise<void> {
    const file = this.#file;
    this.#closeLater(await file.whenIdle(() => this.#mirror.copy(file)));
    this.#writes += 1;
  }

  #scheduleRetry(attempt: number): void {
    const pause = Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS) * (0.75 + Math.random() / 2);
    this.#retry = setTimeout(async () => {
      const isOver = await this.#mutex.run(() => this.#tryRecovery());
      if (!isOver) this.#scheduleRetry(attempt + 1);
    }, pause).unref();
  }

  /** Reopens the file and replays everything that is pending, in one transaction. True when there is no outage any more. */
  async #tryRecovery(): Promise<boolean> {
    const outage = this.#outage;
    if (outage === null) return true;
    const { file: path, beforeStatement, masterKey } = this.#options;
    let file: OpenedFile | null = null;
    try {
      const { vault: before } = this.format;
      const { watermark } = outage;
      file = await reopenFile(this.#file, { path, vault: before, masterKey, beforeStatement, watermark });
      if (outage.hasSeenDamage) refuseDamage(file.connection);
      await this.#format.follow(file, file.kysely);
      const { vault } = this.format;
      const pending = outage.transactions((orphan) => spilledIn(orphan, vault));
      await file.write(
        (trx) => replaySpilled(trx, pending, this.#replayer),
        async (trx) => this.#chain.markStored(trx),
      );
      await this.#end(outage, file);
      return true;
    } catch (error) {
      await file?.close();
      outage.code = databaseCode(error) || outage.code;
      outage.advice = await adviseOnLostFile(outage, this.#file, path, this.format.vault);
      await outage.sync().catch(() => undefined);
      this.#publishRecovery();
      return false;
    }
  }

  /** Goes on with a file that has everything. */
  async #end(outage: Outage, file: OpenedFile): Promise<void> {
    const { trouble } = this;
    this.#closeLater(this.#file);
    this.#file = file;
    this.#readFromMemoryOnError(file);
    this.#closeLater(this.#mirror.copy(file));
    this.#outage = null;
    this.#writes += 1;
    await outage.clear().catch(() => undefined);
    this.#publishRecovery(trouble);
  }

  /** A file that fails under a read is given up at once, and the read is answered from memory. */
  #readFromMemoryOnError(file: OpenedFile): void {
    file.onError = (error) => {
      if (!isOutage(error) && file.connection.open) return null;
      if (file === this.#file && !isBusy(error)) this.begin(file.change ?? error);
      return this.#outage === null ? null : (query) => this.#mirror.rows.kysely.executeQuery(query);
    };
  }

  #closeLater(file: OpenedFile): void {
    this.#lingering.add(file);
    setTimeout(() => {
      if (this.#lingering.delete(file)) void file.close();
    }, LINGER_MS).unref();
  }

  get #replayer() {
    return { format: this.format, chain: this.#chain, isMisfit: isRefused };
  }

  #publishRecovery(before: Trouble | null = null): void {
    this.#listeners.publishRecovery(this.recovery, this.trouble ?? before);
  }
}
