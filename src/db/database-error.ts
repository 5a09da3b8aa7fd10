import { errorCode } from './error-code.ts';

/** The code of a database whose master key another program has changed, to one that is not at hand. */
export const MASTER_KEY_CHANGED = 'MASTER_KEY_CHANGED';

/** What is to be done then. */
export const MASTER_KEY_ADVICE =
  'Another program has changed the master key, and the new one is not at hand. Start this vega-auth again with VEGA_MASTER_KEY set to the new key, a comma and the old one: what waits is written then.';

/** The database cannot be used as it is. The message names the file and says what to do. */
export class DatabaseError extends Error {
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.path = path;
  }
}

/** The database cannot be reached or written at present: waiting helps. */
export class DatabaseUnavailable extends DatabaseError {
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(path, message, options);
    this.name = 'DatabaseUnavailable';
  }
}

/** The database is sealed with a master key that is not at hand. */
export class MasterKeyMissing extends DatabaseError {
  readonly code = MASTER_KEY_CHANGED;

  constructor(path: string, message: string) {
    super(path, message);
    this.name = 'MasterKeyMissing';
  }
}

/** The code of the error, or of the cause of a `DatabaseError`: SQLite's, PostgreSQL's SQLSTATE or the system's. */
export const databaseCode = (error: unknown): string =>
  errorCode(error instanceof DatabaseError ? (error.cause ?? error) : error);

/** A row is not in its table as it was written, though no error was given: a trigger has dropped or changed it. */
export class AlteredRow extends Error {
  readonly code = 'ROW_ALTERED';

  constructor() {
    super('the row is not in it as it was written');
    this.name = 'AlteredRow';
  }
}
