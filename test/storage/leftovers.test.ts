import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { appendToEnvFile, readEnvFile } from '../../src/cli/env-file.ts';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { readMasterKeys } from '../../src/db/secrets/master-key.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { loadOperatorKey } from '../../src/services/access/operator-key.ts';
import { Folder, holdLock, newToken } from '../db/temporary-database.ts';
import { until } from '../support/test-app.ts';

const DATABASE = 'vega_trade.db';
const NOW = new Date('2026-11-17T20:00:05+05:30');

const source = (name: string): string => JSON.stringify(path.resolve('src', name));

/** The name that a process gives to a draft; that process is dead by now. */
const draftOfDead = (target: string): string => {
  const script = `import { draftOf } from ${source('db/files/drafts.ts')}; process.stdout.write(draftOf(${JSON.stringify(target)}))`;
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return stdout;
};

const everythingIn = (folder: Folder): string[] =>
  readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).sort();

test('a backup that is killed leaves nothing readable among the backups, and nothing at all after the next start', async () => {
  using folder = new Folder();
  const database = await folder.open();
  await database.write(async (transaction) => {
    await replaceToken(transaction, newToken('token-canary'), database, NOW);
  });
  await database[Symbol.asyncDispose]();
  folder.raw((connection) =>
    connection.exec(`create table of_another_program (x); insert into of_another_program
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 60) select randomblob(1000000) from n`),
  );
  // It ends itself as soon as there is a draft: another process could look too late.
  const script = `
    import { readdirSync } from 'node:fs';
    import { SqliteDatabase } from ${source('db/sqlite/sqlite-database.ts')};
    setInterval(() => {
      const names = readdirSync(${JSON.stringify(folder.path)}, { recursive: true, encoding: 'utf8' });
      if (names.some((name) => name.includes('.draft'))) process.kill(process.pid, 'SIGKILL');
    }, 1).unref();
    const database = await SqliteDatabase.open({ file: ${JSON.stringify(folder.file(DATABASE))}, zone: 'Asia/Kolkata',
      masterKey: { given: [], folder: ${JSON.stringify(folder.file('.vega'))} }, now: new Date() });
    await database.backUp(new Date());`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'exit');
  const drafts = () => everythingIn(folder).filter((name) => name.includes('.draft'));
  expect(drafts().length).toBeGreaterThan(0);
  expect(drafts().filter((name) => name.includes('backups'))).toEqual([]);
  await using _again = await folder.open();
  expect(drafts()).toEqual([]);
});

describe('what a killed step has left is gone after the next start:', () => {
  test.each([
    ['the draft of a backup', (folder: Folder) => draftOfDead(folder.file(DATABASE))],
    ['its journal', (folder: Folder) => `${draftOfDead(folder.file(DATABASE))}-journal`],
    [
      'a sealed copy on its way to another disk',
      (folder: Folder) => draftOfDead(folder.file('.vega/backups/b.db')),
    ],
    [
      'the draft of an older version',
      (folder: Folder) => folder.file('.vega/backups/vega_trade-2026.db.draft'),
    ],
    ['a new master key', (folder: Folder) => draftOfDead(folder.file('.vega/master.key'))],
    ['an operator key', (folder: Folder) => draftOfDead(folder.file('.vega/operator.key'))],
  ])('%s', async (_what, nameIn) => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    mkdirSync(folder.file('.vega', 'backups'), { recursive: true });
    const name = nameIn(folder);
    writeFileSync(name, 'token-canary');
    await using _database = await folder.open();
    expect(existsSync(name)).toBe(false);
  });

  test('a spill file that nothing was written to', async () => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    const name = folder.file(`${DATABASE}.spill`);
    writeFileSync(name, Buffer.alloc(4096));
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(name, longAgo, longAgo);
    await using _database = await folder.open();
    expect(existsSync(name)).toBe(false);
  });
});

test('a half-written .env, which holds secrets, is gone after the next one is written', () => {
  using folder = new Folder();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const names = [`.env.${dead}`, `.env.${process.ppid}`, '.env.example'];
  for (const name of names) writeFileSync(folder.file(name), 'UPSTOX_PIN=135790');
  appendToEnvFile(readEnvFile(folder.path), { VEGA_PORT: '1' });
  expect(readdirSync(folder.path).sort()).toEqual(['.env', `.env.${process.ppid}`, '.env.example'].sort());
});

test('the draft of a process that lives is left alone', async () => {
  using folder = new Folder();
  const { draftOf } = await import('../../src/db/files/drafts.ts');
  const name = draftOf(folder.file(DATABASE));
  writeFileSync(name, '');
  await using _database = await folder.open();
  expect(existsSync(name)).toBe(true);
});

test('a key file that was half written is no key', async () => {
  using folder = new Folder();
  mkdirSync(folder.file('.vega'));
  for (const name of ['master.key', 'operator.key']) writeFileSync(folder.file('.vega', name), '\n');
  await using _database = await folder.open();
  expect(readFileSync(folder.file('.vega', 'master.key'), 'utf8')).toMatch(/^[\w-]{43}\n$/);
  expect(readMasterKeys({ given: [], folder: folder.file('.vega') })).toHaveLength(1);
  const key = loadOperatorKey(null, folder.path).reveal();
  expect(key).toMatch(/^vega_[\w-]{43}$/);
  expect(loadOperatorKey(null, folder.path).reveal()).toBe(key);
});

describe('a symbolic link in the way of', () => {
  const VICTIM = 'somebody else’s file';

  test.each(['.spill', '.reserve', '.head'])('%s is not followed', async (suffix) => {
    using folder = new Folder();
    const first = await folder.open();
    await first.write((transaction) =>
      first.audit(transaction, toAuditEntry('PIN_SUBMITTED', {}, {}, 'first', NOW)),
    );
    await first[Symbol.asyncDispose]();
    for (const target of ['victim', 'nothing']) {
      const name = folder.file(`${DATABASE}${suffix}`);
      writeFileSync(folder.file('victim'), VICTIM);
      rmSync(name, { force: true });
      symlinkSync(folder.file(target), name);
      const database = await folder.open();
      const other = await holdLock(folder.file(DATABASE));
      await database.write(async (transaction) => {
        await database.audit(transaction, toAuditEntry('PIN_SUBMITTED', {}, {}, `pin ${target}`, NOW));
      });
      expect(database.trouble).toMatchObject({ isOnDisk: true });
      await other.release();
      await until('the end of the outage', () => database.trouble === null);
      await database[Symbol.asyncDispose]();
      folder.raw((connection) => connection.exec('drop table of_another_program'));
      expect([readFileSync(folder.file('victim'), 'utf8'), existsSync(folder.file('nothing'))]).toEqual([
        VICTIM,
        false,
      ]);
    }
  });

  test.each(['-wal', '-shm', '-journal'])('%s is refused by name', async (suffix) => {
    using folder = new Folder();
    await (await folder.open())[Symbol.asyncDispose]();
    writeFileSync(folder.file('victim'), VICTIM);
    symlinkSync(folder.file('victim'), folder.file(`${DATABASE}${suffix}`));
    await expect(folder.open()).rejects.toThrow(`${DATABASE}${suffix} is a symbolic link`);
    expect(readFileSync(folder.file('victim'), 'utf8')).toBe(VICTIM);
  });

  test.each(['operator.key', 'master.key'])('%s writes no key elsewhere', async (name) => {
    using folder = new Folder();
    mkdirSync(folder.file('.vega'));
    symlinkSync(folder.file('elsewhere'), folder.file('.vega', name));
    const open = async () => {
      loadOperatorKey(null, folder.path);
      await (await folder.open())[Symbol.asyncDispose]();
    };
    await open().catch(() => undefined);
    expect(existsSync(folder.file('elsewhere'))).toBe(false);
  });
});
