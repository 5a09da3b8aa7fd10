import { errorCode } from './error-code.ts';

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

/** The code of the error, or of the cause of a `DatabaseError`: SQLite's, PostgreSQL's SQLSTATE or the system's. */
export const databaseCode = (error: unknown): string =>
  errorCode(error instanceof DatabaseError ? error.cause : error);

/** A row is not in its table as it was written, though no error was given: a trigger has dropped or changed it. */
export class AlteredRow extends Error {
  readonly code = 'ROW_ALTERED';

  constructor() {
    super('the row is not in it as it was written');
    this.name = 'AlteredRow';
  }
}
