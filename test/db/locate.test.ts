import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../src/db/database-error.ts';
import { locateDatabase } from '../../src/db/sqlite/files/locate.ts';
import { Folder } from './temporary-database.ts';

const testApp = (...databases: string[]): Folder => {
  const folder = new Folder();
  mkdirSync(folder.file('database'));
  for (const name of databases) writeFileSync(folder.file(name), '');
  return folder;
};

test.each([
  ['is made in the working directory where there is none', [], null, 'vega_trade.db'],
  ['is the one in the working directory', ['vega_trade.db'], null, 'vega_trade.db'],
  ['is the one in `database`', ['database/vega_trade.db'], null, 'database/vega_trade.db'],
  ['is the one asked for, where there is none', [], 'tokens.db', 'tokens.db'],
  ['is the one asked for, beside others', ['vega_trade.db', 'database/vega_trade.db'], './x/../y.db', 'y.db'],
])('the database %s', (_what, existing, asked, expected) => {
  using folder = testApp(...existing);
  expect(locateDatabase(asked, folder.path)).toBe(folder.file(expected));
});

test('an absolute path is taken as it is', () => {
  using folder = testApp('vega_trade.db');
  expect(locateDatabase('/srv/desk/vega.db', folder.path)).toBe('/srv/desk/vega.db');
});

test('two databases are refused, because guessing could show the tokens of the wrong one', () => {
  using folder = testApp('vega_trade.db', 'database/vega_trade.db');
  expect(() => locateDatabase(null, folder.path)).toThrow(
    new DatabaseError(
      'vega_trade.db and database/vega_trade.db',
      'There are two databases, vega_trade.db and database/vega_trade.db. Set VEGA_DB_PATH to the one to use.',
    ),
  );
});
