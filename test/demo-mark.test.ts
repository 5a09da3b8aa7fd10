import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { migrateDatabase, openApp, restoreDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import { openFolder } from './support/folder.ts';
import { environmentOf, openBroker } from './support/test-app.ts';

const log = createLogger('silent');

test('the demo takes no database but its own, and nothing else opens that', async () => {
  await using broker = await openBroker();
  const config = readConfig(environmentOf(broker));
  using rehearsal = openFolder();
  using desk = openFolder();
  const open = (workingDirectory: string, isDemo: boolean) =>
    openApp(config, { workingDirectory, isDemo, log, isVisit: !isDemo });

  for (const _time of [1, 2]) await (await open(rehearsal.directory, true))[Symbol.asyncDispose]();
  await expect(open(rehearsal.directory, false)).rejects.toThrow('the demo has made');
  await expect(restoreDatabase(config, rehearsal.directory, null)).rejects.toThrow('the demo has made');
  const request = { from: null, to: 'postgres://127.0.0.1:1/x' };
  await expect(
    migrateDatabase(config, rehearsal.directory, request, { confirm: async () => true }),
  ).rejects.toThrow('the demo has made');

  await (await open(desk.directory, false))[Symbol.asyncDispose]();
  await expect(open(desk.directory, true)).rejects.toThrow('may hold tokens of a real account');
  expect(existsSync(path.join(desk.directory, 'vega_trade.db.demo'))).toBe(false);
  await (await open(desk.directory, false))[Symbol.asyncDispose]();

  using none = openFolder();
  const onServer = {
    workingDirectory: none.directory,
    isDemo: true,
    log,
    databaseUrl: 'postgres://127.0.0.1:1/x',
  };
  await expect(openApp(config, onServer)).rejects.toThrow('Run it without VEGA_DATABASE_URL');
});
