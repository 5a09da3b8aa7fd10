import { type Change, readChanges, writeChanges } from '../change.ts';
import { type OrphanSpill, settleSpill } from './orphan-spills.ts';
import type { Spilled } from './replay-spilled.ts';
import type { SpillFile } from './spill-file.ts';

/** What waits for the database, in order: the spills of earlier processes first, then this one's. */
export class PendingWrites {
  /** Spills of earlier processes: their files stay until the database has everything. */
  readonly #orphans: OrphanSpill[] = [];
  readonly #tokens = new Set<string>();
  readonly #spill: SpillFile;
  #isOnDisk = true;

  constructor(spill: SpillFile) {
    this.#spill = spill;
  }

  get pending(): number {
    return this.#spill.count + this.#orphans.reduce((sum, { transactions }) => sum + transactions.length, 0);
  }

  /** Everything that is pending would survive the end of this process. */
  get isOnDisk(): boolean {
    return this.#isOnDisk;
  }

  /** Spills the changes of one transaction. Throws when the disk does not take it; then it stays pending. */
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
    return this.#tokens.has(keyOf(accountNumber, apiName));
  }

  *transactions(open: (orphan: OrphanSpill) => Iterable<Spilled>): Iterable<Spilled> {
    for (const orphan of this.#orphans) yield* open(orphan);
    for (let number = 1; number <= this.#spill.count; number += 1)
      yield { spill: this.#spill.id, number, changes: () => readChanges(this.#spill.open(number)) };
  }

  /** The database has everything: nothing is pending any more. */
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
    for (const change of changes) {
      if (change.kind === 'TOKEN') {
        const { user_id, api_name } = change.replacement.row;
        this.#tokens.add(keyOf(user_id, api_name));
      }
      if (change.kind === 'ISSUED_TOKEN')
        this.#tokens.add(keyOf(change.token.accountNumber, change.token.apiName));
    }
  }
}

const keyOf = (accountNumber: number, apiName: string): string => `${accountNumber} ${apiName}`;
