import { existsSync, readFileSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { OpenedFile } from '../opened-file.ts';
import { withConnection } from '../with-connection.ts';

/**
 * Reads a whole database into memory. On a full disk SQLite can open it only exclusively, because the index of its log
 * then stays in memory. On a read-only disk a file without a log is read as it is.
 */
export const readIntoMemory = (file: string): OpenedFile => {
  try {
    return new OpenedFile(new Sqlite(serializeAlone(file)));
  } catch (error) {
    const hasLog = existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0;
    if (hasLog) throw error;
    return new OpenedFile(new Sqlite(withoutLog(readFileSync(file))));
  }
};

const serializeAlone = (file: string): Buffer =>
  withConnection(file, (connection) => {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.prepare('select 1 from sqlite_master').get();
    return withoutLog(connection.serialize());
  });

/** The bytes of the file header that announce a log, which a database in memory cannot have. */
const [WRITE_VERSION, READ_VERSION] = [18, 19];

const withoutLog = (bytes: Buffer): Buffer => {
  bytes[WRITE_VERSION] = 1;
  bytes[READ_VERSION] = 1;
  return bytes;
};
