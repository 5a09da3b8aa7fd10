import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { findDamage } from '../connection.ts';
import { withConnection } from '../with-connection.ts';

/** What can be said of a database without its keys, and without opening it for the program. */
export interface FileFacts {
  readonly sqlite: string;
  /** Bytes of the database and of what lies beside it and in its backups, by name. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Null where it is not damaged. */
  readonly damage: string | null;
  readonly migrations: readonly string[];
}

/** Each fact is read by itself, so that a damaged file hides no other fact; what fails throws when it is called. */
export const fileFacts = (file: string): { readonly [Name in keyof FileFacts]: () => FileFacts[Name] } => ({
  sqlite: () => {
    const connection = new Sqlite(':memory:');
    try {
      return connection.prepare<[], string>('select sqlite_version()').pluck().get() ?? '';
    } finally {
      connection.close();
    }
  },
  sizes: () => sizesOf(file),
  damage: () => withConnection(file, findDamage, { readonly: true }),
  migrations: () =>
    withConnection(
      file,
      (connection) =>
        connection.prepare<[], string>('select name from vega_migration order by name').pluck().all(),
      { readonly: true },
    ),
});

const sizesOf = (file: string): Readonly<Record<string, number>> => {
  const folder = path.dirname(file);
  const stem = path.basename(file);
  const beside = readdirSync(folder).filter((name) => name.startsWith(stem));
  const sizes = beside.map((name) => [name, statSync(path.join(folder, name)).size] as const);
  return Object.fromEntries(sizes);
};
