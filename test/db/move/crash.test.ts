import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { MOVE_STAGES } from '../../../src/db/move/move.ts';
import { built } from '../../support/built.ts';
import { Folder } from '../temporary-database.ts';
import { move, newUrl, openServer } from './moving.ts';
import { fillEverywhere, rowsOf } from './rows-everywhere.ts';

const FILE = 'vega_trade.db';
const BACK = 'back.db';

let child: string;
beforeAll(async () => {
  child = await built('test/support/move-child.ts');
});

const killAt = async (folder: Folder, from: string, to: string, stage: string): Promise<void> => {
  const place = (name: string) => (name.startsWith('postgres') ? name : folder.file(name));
  const moving = spawn(process.execPath, [child, folder.path, place(from), place(to), stage], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  moving.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [, signal] = await once(moving, 'close');
  expect({ signal, said }).toEqual({ signal: 'SIGKILL', said: '' });
};

/** The names of those that can be opened, which is to be one at most. */
const usable = async (folder: Folder, url: string, file: string): Promise<readonly string[]> => {
  const names: string[] = [];
  const server = await openServer(folder, url).catch(() => null);
  if (server !== null) names.push('POSTGRES');
  await server?.[Symbol.asyncDispose]();
  // A file that is not there yet would be made.
  const database = existsSync(folder.file(file)) ? await folder.open(file).catch(() => null) : null;
  if (database !== null) names.push('SQLITE');
  await database?.[Symbol.asyncDispose]();
  return names;
};

const comparable = (rows: ReturnType<typeof rowsOf>) =>
  Object.fromEntries(
    Object.entries(rows).map(([table, found]) => [
      table,
      found.filter((row) => !row.includes('DATABASE_MOVED')),
    ]),
  );

const isBegun = (stage: string): boolean => !['CHECKED', 'BACKED_UP'].includes(stage);
const isOver = (stage: string): boolean => ['ARRIVED', 'SETTLED'].includes(stage);

describe('SIGKILL at each stage of a move to PostgreSQL loses nothing and doubles nothing', () => {
  test.each(MOVE_STAGES)('%s', async (stage) => {
    using folder = new Folder();
    await fillEverywhere(folder);
    const before = folder.raw(rowsOf);
    const url = await newUrl();
    await killAt(folder, FILE, url, stage);
    // A look at a server that is still empty would make it a database of its own.
    if (isBegun(stage)) await expect(folder.open()).rejects.toThrow('Nothing was changed.');
    if (stage === 'SETTLED') await expect(move(folder, FILE, url)).rejects.toThrow('was moved to');
    else await move(folder, FILE, url);
    const back = await move(folder, url, BACK);
    expect(back.tables?.vega_audit_entries).toBe(8);
    expect(comparable(folder.raw(rowsOf, BACK))).toEqual(comparable(before));
    expect(await usable(folder, url, BACK)).toEqual(['SQLITE']);
    await expect(folder.open()).rejects.toThrow('was moved to');
  });
});

describe('SIGKILL at each stage of a move back to a file loses nothing and doubles nothing', () => {
  test.each(MOVE_STAGES)('%s', async (stage) => {
    using folder = new Folder();
    await fillEverywhere(folder);
    const before = folder.raw(rowsOf);
    const url = await newUrl();
    await move(folder, FILE, url);
    await killAt(folder, url, BACK, stage);
    expect(existsSync(folder.file(BACK))).toBe(isOver(stage));
    const open = await usable(folder, url, BACK);
    expect(open).toEqual(isOver(stage) ? ['SQLITE'] : isBegun(stage) ? [] : ['POSTGRES']);
    if (stage === 'SETTLED') await expect(move(folder, url, BACK)).rejects.toThrow('was moved to');
    else await move(folder, url, BACK);
    expect(comparable(folder.raw(rowsOf, BACK))).toEqual(comparable(before));
    expect(await usable(folder, url, BACK)).toEqual(['SQLITE']);
    expect(readdirSync(folder.path).filter((name) => name.includes('.draft-'))).toEqual([]);
  });
});
