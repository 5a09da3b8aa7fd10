import { type Change, readChanges, writeChanges } from '../change.ts';
import type { KnownState } from './known-state.ts';
import { type LeftSpill, settleSpill } from './left-spills.ts';
import type { Spilled } from './replay-spilled.ts';
import type { SpillFile } from './spill-file.ts';

/** A time in which the file cannot be written: what it is to be given lies here and in the spill file. */
export class Outage {
  readonly #since = performance.now();
  /** SQLite's word for why, or what has become of the file. */
  code: string;
  /** What a person has to do about a file that was deleted or replaced; null when time heals it. */
  advice: string | null = null;
  /** A backup of the file that was deleted or replaced: it is still open. Null when none could be made. */
  backup: Promise<string | null> | null = null;
  /** How far the file had come before the outage. */
  known: KnownState | null = null;
  /** What earlier processes have spilled: their files stay until the database has everything. */
  readonly #earlier: LeftSpill[] = [];
  readonly #tokens = new Set<string>();
  readonly #spill: SpillFile;
  #isOnDisk = true;

  constructor(spill: SpillFile, code: string) {
    this.#spill = spill;
    this.code = code;
  }

  /** How long it has lasted. */
  get seconds(): number {
    return Math.round((performance.now() - this.#since) / 1000);
  }

  get pending(): number {
    return this.#spill.count + this.#earlier.reduce((sum, { transactions }) => sum + transactions.length, 0);
  }

  /** Everything that is pending would survive the end of this process. */
  get isOnDisk(): boolean {
    return this.#isOnDisk;
  }

  /** Keeps what a transaction in memory has changed, and returns when it is on the disk, too. */
  async keep(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.#spill.seal(writeChanges(changes));
    this.#noteTokens(changes);
    await this.sync();
  }

  /** Takes over what an earlier process has spilled: it is pending before everything that is kept here. */
  takeOver(left: LeftSpill, transactions: Iterable<Spilled>): void {
    this.#earlier.push(left);
    for (const { changes } of transactions) this.#noteTokens(changes());
  }

  /** Brings to the disk what could not be brought there before. */
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

  /** Every transaction that is pending, in order; each is opened when its turn has come, and not before. */
  *transactions(open: (left: LeftSpill) => Iterable<Spilled>): Iterable<Spilled> {
    for (const left of this.#earlier) yield* open(left);
    for (let number = 1; number <= this.#spill.count; number += 1)
      yield { spill: this.#spill.id, number, changes: () => readChanges(this.#spill.open(number)) };
  }

  /** The file has everything: neither memory nor spill is needed any more. */
  async clear(): Promise<void> {
    this.#tokens.clear();
    for (const left of this.#earlier) settleSpill(left);
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
