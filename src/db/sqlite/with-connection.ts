import Sqlite from 'better-sqlite3';

/** Runs `work` on a connection of its own to an existing file. Never waits for a lock. */
export const withConnection = <Result>(
  file: string,
  work: (connection: Sqlite.Database) => Result,
  options: Sqlite.Options = {},
): Result => {
  const connection = new Sqlite(file, { fileMustExist: true, timeout: 0, ...options });
  try {
    return work(connection);
  } finally {
    connection.close();
  }
};
