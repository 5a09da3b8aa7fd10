import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { Secret } from '../../src/domain/secret.ts';
import { IST } from '../../src/domain/wall-time.ts';
import type { Folder } from './temporary-database.ts';

const FIXTURE = path.join(import.meta.dirname, 'former');

/** What it was sealed with. */
export const FORMER_KEY = 'the master key of the former release';

/**
 * Lays a database of the last release without a prefix into the folder: written by that release itself, with two tokens
 * one after the other, a signed audit, a quarantine, a ledger, and a spill with a third token and the time step 42.
 */
export const layFormer = (folder: Folder, { withSpill = false } = {}): void => {
  folder.raw((connection) => connection.exec(readFileSync(path.join(FIXTURE, 'vega_trade.sql'), 'utf8')));
  const files = [
    ['head.txt', 'vega_trade.db.head'],
    ...(withSpill ? [['spill.bin', 'vega_trade.db.spill']] : []),
  ] as const;
  for (const [from, to] of files) copyFileSync(path.join(FIXTURE, from), folder.file(to));
};

export const openFormer = (folder: Folder): Promise<SqliteDatabase> => {
  const masterKey = { given: [new Secret(FORMER_KEY)], folder: folder.file('.vega') };
  return SqliteDatabase.open({ file: folder.file('vega_trade.db'), zone: IST, masterKey, now: new Date() });
};
