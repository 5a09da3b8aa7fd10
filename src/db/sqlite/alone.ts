import Sqlite from 'better-sqlite3';
import { DatabaseError } from '../database-error.ts';
import { isBusy } from './connection.ts';

/**
 * Opens an existing file while nobody else has it open, and keeps everybody else out until it is closed. In WAL every
 * open connection holds a lock, so an exclusive lock shows whether there is another one.
 */
export const openAlone = (file: string): Sqlite.Database => {
  const connection = new Sqlite(file, { fileMustExist: true, timeout: 0 });
  try {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.exec('begin exclusive; rollback');
    return connection;
  } catch (error) {
    connection.close();
    if (!isBusy(error)) throw error;
    throw new DatabaseError(
      file,
      `The database ${file} is in use. Stop every vega-auth, and every other program that has it open, and try again. Nothing was changed.`,
      { cause: error },
    );
  }
};
