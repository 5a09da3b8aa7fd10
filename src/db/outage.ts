import { type Change, readChanges, writeChanges } from './change.ts';
import type { SpillFile } from './spill-file.ts';

/** A time in which the file cannot be written: what it is to be given lies here and in the spill file. */
export class Outage {
  readonly #since = performance.now();
  /** SQLite's word for why. */
  code: string;
  /** Sealed, so that a look into the memory shows no token. */
  readonly #transactions: string[] = [];
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
    return this.#transactions.length;
  }

  /** Everything that is pending would survive the end of this process. */
  get isOnDisk(): boolean {
    return this.#isOnDisk;
  }

  /** Keeps what a transaction in memory has changed, and returns when it is on the disk, too. */
  async keep(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.#isOnDisk = false;
    this.#transactions.push(this.#spill.seal(writeChanges(changes)));
    for (const change of changes)
      if (change.kind === 'TOKEN') this.#tokens.add(keyOf(change.replacement.row));
    await this.sync();
  }

  /** Brings to the disk what could not be brought there before. */
  async sync(): Promise<void> {
    await this.#spill.sync();
    this.#isOnDisk = true;
  }

  holdsToken(accountNumber: number, apiName: string): boolean {
    return this.#tokens.has(keyOf({ user_id: accountNumber, api_name: apiName }));
  }

  /** Every transaction that is pending, in order; each is opened when its turn has come, and not before. */
  *transactions(): Iterable<readonly Change[]> {
    for (const [index, sealed] of this.#transactions.entries())
      yield readChanges(this.#spill.open(sealed, index + 1));
  }

  /** The file has everything: neither memory nor spill is needed any more. */
  async clear(): Promise<void> {
    this.#transactions.length = 0;
    this.#tokens.clear();
    await this.#spill.remove();
  }

  /** Leaves the spill file for the next start. */
  async leave(): Promise<void> {
    await this.#spill.sync().catch(() => undefined);
    await this.#spill.close();
  }
}

const keyOf = ({ user_id, api_name }: { user_id: number; api_name: string }): string =>
  `${user_id} ${api_name}`;
