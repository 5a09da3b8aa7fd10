import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdLock } from '../db/temporary-database.ts';
import { violationsIn } from '../support/broker-invariants.ts';
import { runUntil } from '../support/crash.ts';
import { openFolder } from '../support/folder.ts';
import { listen } from '../support/listen.ts';
import {
  environmentOf,
  openBroker,
  openTestApp,
  secretsOf,
  settle,
  type TestApp,
  until,
} from '../support/test-app.ts';

const LOCK_MS = 60_000;
const COOLDOWN = { cooldownMs: 660_000 };
const NAMES = ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'];

const fileOf = (directory: string): string => path.join(directory, 'vega_trade.db');
const spillOf = (directory: string): string => `${fileOf(directory)}.spill`;

const rowsOf = (testApp: TestApp): number => testApp.rows('select 1 from upstox_tokens').length;

const storages = async (testApp: TestApp): Promise<Record<string, string>> => {
  const { data } = await testApp.ask('{ tokens { apiName storage } }');
  return Object.fromEntries(
    data.tokens.map(({ apiName, storage }: Record<string, string>) => [apiName, storage]),
  );
};

/** Everything that must be true once the database has everything. */
const expectWhole = async (testApp: TestApp, count: number): Promise<void> => {
  const names = NAMES.slice(0, count);
  expect(testApp.rows('select api_name, is_active from upstox_tokens order by api_index')).toEqual(
    names.map((api_name) => ({ api_name, is_active: 1 })),
  );
  expect(testApp.rows('select api_name, version from vega_token_versions order by api_name')).toEqual(
    names.toSorted().map((api_name) => ({ api_name, version: 1 })),
  );
  expect(await storages(testApp)).toEqual(Object.fromEntries(names.map((name) => [name, 'DATABASE'])));
  const { data } = await testApp.ask('mutation { verifyAudit { valid entries firstBadEntry reason } }');
  expect(data.verifyAudit).toMatchObject({ valid: true, firstBadEntry: null, reason: null });
  const stored = testApp.rows("select api_name from vega_audit_entries where kind = 'TOKEN_STORED'");
  expect(stored.map(({ api_name }) => api_name)).toEqual(names);
  expect(existsSync(spillOf(testApp.directory))).toBe(false);
  expect(violationsIn(testApp.broker.log, COOLDOWN)).toEqual([]);
  const logins = testApp.broker.log.filter(({ kind, accepted }) => kind === 'TOKEN' && accepted);
  expect(logins).toHaveLength(count);
};

/** The raw bytes of everything that lies beside the database, which holds its tokens for others to read. */
const expectSealed = (testApp: TestApp): void => {
  const secrets = secretsOf(testApp.env, testApp.app, testApp.rows);
  const beside = readdirSync(testApp.directory).filter((name) => /spill|reserve|head/.test(name));
  for (const name of beside) {
    const bytes = readFileSync(path.join(testApp.directory, name), 'latin1');
    expect(statSync(path.join(testApp.directory, name)).mode & 0o777).toBe(0o600);
    for (const [what, secret] of secrets)
      if (secret.length > 6) expect([name, what, bytes.includes(secret)]).toEqual([name, what, false]);
  }
};

describe.concurrent('while another program holds the database', () => {
  test('again and again, and writes nothing, the file has everything after each time', async () => {
    await using testApp = await openTestApp({ apis: 1 });
    const isLocked = () => testApp.app.parts.database.recovery.dbLocked;
    for (let round = 1; round <= 3; round += 1) {
      await using other = await holdLock(fileOf(testApp.directory), { writes: false });
      const name = `round-${round}`;
      await testApp.client.createAccessKey({ input: { name, role: 'VIEWER' } });
      expect([round, isLocked()]).toEqual([round, true]);
      await other.release();
      await until(`the end of round ${round}`, () => !isLocked(), 20_000);
      await until(
        'the end to be written down',
        () => testApp.rows("select kind from vega_audit_entries where kind = 'RECOVERED'").length === round,
      );
      const { data } = await testApp.ask('mutation { verifyAudit { valid reason } }');
      expect([round, data.verifyAudit]).toEqual([round, { valid: true, reason: null }]);
    }
    expect(testApp.rows('select name from vega_access_keys')).toHaveLength(3);
  });

  test('in the middle of a run, six tokens are made by six logins, and all of them come into the table', {
    timeout: 150_000,
  }, async () => {
    await using testApp = await openTestApp();
    await using listener = await listen(testApp);
    const running = testApp.generate('mode: ALL');
    await until('the first token', () => rowsOf(testApp) > 0, 60_000);
    await using other = await holdLock(fileOf(testApp.directory));
    const lockedAt = Date.now();
    const run = await running;
    expect(run.status).toBe('COMPLETED');
    const during = await storages(testApp);
    expect(during.PRIMARY).toBe('DATABASE');
    expect(during.OPTIONCHAIN2).toBe('MEMORY');
    expect(rowsOf(testApp)).toBeLessThan(6);
    expectSealed(testApp);
    const { data: health } = await testApp.ask(
      '{ systemHealth { database cache findings { component message } } ready }',
    );
    expect(health).toMatchObject({ ready: true, systemHealth: { database: 'DEGRADED', cache: 'DEGRADED' } });
    await settle(LOCK_MS - (Date.now() - lockedAt));
    await other.release();
    await until('the database to have everything', () => rowsOf(testApp) === 6);
    await until('the end of it to be told', () => listener.heard.at(-1)?.entry?.kind === 'RECOVERED');
    await expectWhole(testApp, 6);

    const recoveries = listener.heard.flatMap(({ recovery }) => recovery ?? []);
    expect(recoveries[0]).toEqual({
      dbLocked: true,
      fallback: 'MEMORY',
      autoRestart: true,
      pendingWrites: 0,
    });
    expect(recoveries.at(-1)).toEqual({
      dbLocked: false,
      fallback: 'DATABASE',
      autoRestart: true,
      pendingWrites: 0,
    });
    expect(
      recoveries.slice(1, -1).every(({ dbLocked, pendingWrites }) => dbLocked && pendingWrites > 0),
    ).toBe(true);
    const begun = listener.heard.findIndex(({ recovery }) => recovery?.dbLocked === true);
    const last = listener.heard.findIndex(({ progress }) => progress?.generated === 6);
    const ended = listener.heard.findIndex(({ recovery }) => recovery?.dbLocked === false);
    expect([begun > 0, last > begun, ended > last]).toEqual([true, true, true]);
    const ids = listener.heard.map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((one, two) => one - two));
  });

  test('the program is killed and started again meanwhile: nothing is lost and nothing made twice', {
    timeout: 150_000,
  }, async () => {
    using folder = openFolder();
    const { directory } = folder;
    await using broker = await openBroker();
    const env = environmentOf(broker, 4);
    const killed = runUntil(directory, env, 'TOKEN_STORED', 3);
    const file = fileOf(directory);
    const stored = () => broker.log.filter(({ kind }) => kind === 'TOKEN').length;
    await until('the first token', () => stored() > 0, 60_000);
    await using other = await holdLock(file);
    expect((await killed).signal).toBe('SIGKILL');
    expect(existsSync(spillOf(directory))).toBe(true);

    await using testApp = await openTestApp({ apis: 4, broker, directory, env });
    await until('the end of the run', async () => (await testApp.ask('{ ready }')).data.ready, 60_000);
    expect(rowsOf(testApp)).toBeLessThan(4);
    await other.release();
    await until('the database to have everything', () => rowsOf(testApp) === 4);
    await until('the end of the outage', () => !existsSync(spillOf(directory)));
    await expectWhole(testApp, 4);
  });
});
