import Sqlite from 'better-sqlite3';

export const FAULTS = ['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE'] as const;
export type Fault = (typeof FAULTS)[number];

/** A database file that fails from one statement on, as SQLite itself would, until it is mended. */
export class FaultyFile {
  /** How many statements that could change something have come by since it was armed. */
  count = 0;
  #fault: Fault | null = null;
  #from = 0;
  #isArmed = false;

  arm(fault: Fault | null, from: number): void {
    this.#fault = fault;
    this.#from = from;
    this.#isArmed = true;
    this.count = 0;
  }

  mend(): void {
    this.#fault = null;
  }

  get hasFailed(): boolean {
    return this.#isArmed && this.count >= this.#from;
  }

  readonly beforeStatement = (sql: string): void => {
    if (!this.#isArmed) return;
    const isReading = /^\s*(select|pragma)\b/i.test(sql);
    if (!isReading) this.count += 1;
    if (this.#fault === null || this.count < this.#from) return;
    // A device that fails is not read from either.
    if (isReading && !this.#fault.startsWith('SQLITE_IOERR')) return;
    if (sql === 'rollback') return;
    throw new Sqlite.SqliteError('injected', this.#fault);
  };
}
