/** The code of an error of SQLite or of the system, such as SQLITE_BUSY or EEXIST; empty for any other. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
