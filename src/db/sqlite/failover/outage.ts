import { type Change, readChanges, writeChanges } from '../../change.ts';
import { type OrphanSpill, settleSpill } from './orphan-spills.ts';
import type { Spilled } from './replay-spilled.ts';
import type { SpillFile } from './spill-file.ts';
import type { Watermark } from './watermark.ts';

/** A time in which the file cannot be written, with the writes that are pending. */
export class Outage {
  readonly #since = performance.now();
  /** SQLite's code, such as SQLITE_BUSY, or a `FileChange`. */
  code: string;
  /** What the operator has to do about a file that was deleted or replaced; null when retrying is enough. */
  advice: string | null = null;
  /** A backup of a file that was deleted or replaced while it was open; resolves to null when none could be made. */
  backup: Promise<string | null> | null = null;
  /** What the file held before the outage; null when it could not be read. */
  watermark: Watermark | null = null;
  /** Spills of earlier processes: their files stay until the database has everything. */
  readonly #orphans: OrphanSpill[] = [];
  readonly #tokens = new Set<string>();
  readonly #spill: SpillFile;
  #isOnDisk = true;

  constructor(spill: SpillFile, code: string) {
    this.#spill = spill;
    this.code = code;
  }

  get seconds(): number {
    return Math.round((performance.now() - this.#since) / 1000);
  }

  get pending(): number {
    return this.#spill.count + this.#orphans.reduce((sum, { transactions }) => sum + transactions.length, 0);
  }

  /** Everything that is pending would survive the end of this process. */
  get isOnDisk(): boolean {
    return this.#isOnDisk;
  }

  /** Spills what a transaction in memory has changed. Throws when the disk does not take it; then it stays pending. */
  async keep(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.#spill.seal(writeChanges(changes));
    this.#noteTokens(changes);
    await this.sync();
  }

  /** Takes over the spill of an earlier process: it is pending before everything that is kept here. */
  takeOver(orphan: OrphanSpill, transactions: Iterable<Spilled>): void {
    this.#orphans.push(orphan);
    for (const { changes } of transactions) this.#noteTokens(changes());
  }

  /** Writes to the disk what is not there yet. */
  async sync(): Promise<void> {
    try {
      await this.#spill.sync();
      this.#isOnDisk = true;
    } catch (error) {
      this.#isOnDisk = false;
      throw error;
    }
  }

  holdsToken(accountNumber: number, apiName: string): boolean {
    return this.#tokens.has(keyOf({ user_id: accountNumber, api_name: apiName }));
  }

  *transactions(open: (orphan: OrphanSpill) => Iterable<Spilled>): Iterable<Spilled> {
    for (const orphan of this.#orphans) yield* open(orphan);
    for (let number = 1; number <= this.#spill.count; number += 1)
      yield { spill: this.#spill.id, number, changes: () => readChanges(this.#spill.open(number)) };
  }

  /** The file has everything: nothing is pending any more. */
  async clear(): Promise<void> {
    this.#tokens.clear();
    for (const orphan of this.#orphans) settleSpill(orphan);
    await this.#spill.remove();
  }

  /** Leaves the spill file for the next start. */
  async leave(): Promise<void> {
    await this.#spill.sync().catch(() => undefined);
    await this.#spill.close();
  }

  #noteTokens(changes: readonly Change[]): void {
    for (const change of changes)
      if (change.kind === 'TOKEN') this.#tokens.add(keyOf(change.replacement.row));
  }
}

const keyOf = ({ user_id, api_name }: { user_id: number; api_name: string }): string =>
  `${user_id} ${api_name}`;
