import { writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { BrokerApi } from '../src/broker/api/broker-api.ts';
import { browserFindings } from '../src/services/health/system-health.ts';
import { tryBrowser, tryDisk } from '../src/services/health/system-trials.ts';
import { built } from './support/built.ts';
import { plantToken } from './support/plant.ts';
import { Program } from './support/program.ts';
import { environmentOf, openBroker, openTestApp, until } from './support/test-app.ts';

const THOROUGH = `{ systemHealth(thorough: true) {
  browser clock findings { component state message nextAction } } }`;

test('a thorough look tells of a clock that is off', async () => {
  await using testApp = await openTestApp({ apis: 1, clock: () => new Date(Date.now() + 60_000) });
  const { systemHealth } = (await testApp.ask(THOROUGH)).data;
  expect([systemHealth.browser, systemHealth.clock]).toEqual(['OK', 'DOWN']);
  const finding = systemHealth.findings.find(({ component }: { component: string }) => component === 'CLOCK');
  expect(finding.message).toMatch(/clock is (59|60|61) s ahead of the broker's/);
  expect(finding.nextAction).toContain('NTP');
});

test('a broker that does not answer leaves the clock unknown', async () => {
  const testApp = await openTestApp({ apis: 1 });
  await using _opened = testApp;
  await testApp.broker[Symbol.asyncDispose]();
  const { systemHealth } = (await testApp.ask(THOROUGH)).data;
  expect(systemHealth.clock).toBe('UNKNOWN');
});

test('while the database is locked the health says what waits where, and that it heals by itself', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const health = '{ systemHealth { database cache findings { component state message nextAction } } }';
  const other = new Sqlite(path.join(testApp.directory, 'vega_trade.db'));
  other.exec('begin immediate');
  await testApp.ask('mutation { logout { state } }');
  const { systemHealth } = (await testApp.ask(health)).data;
  expect(systemHealth).toMatchObject({ database: 'DEGRADED', cache: 'DEGRADED' });
  expect(systemHealth.findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        component: 'DATABASE',
        message: expect.stringContaining('(SQLITE_BUSY)'),
        nextAction: expect.stringContaining('tried again by itself'),
      }),
      expect.objectContaining({ component: 'CACHE', message: expect.stringContaining('in the spill file') }),
    ]),
  );
  const { errors } = await testApp.ask('mutation { backUpDatabase { name } }');
  expect(errors[0].extensions.code).toBe('DATABASE_UNAVAILABLE');
  other.exec('rollback');
  other.close();
  await until('the file to be written', async () => {
    const { data } = await testApp.ask(health);
    return data.systemHealth.database === 'OK' && data.systemHealth.cache === 'OK';
  });
  expect((await testApp.ask('mutation { backUpDatabase { name } }')).data.backUpDatabase.name).toMatch(
    /\.db$/,
  );
});

const api = new BrokerApi('http://127.0.0.1:9');

test('a browser that is not there is told with what to do, and tried once for all who ask at once', async () => {
  const nowhere = { headless: true, chromiumPath: '/nowhere/chromium' };
  expect(browserFindings(nowhere)).toMatchObject([
    { component: 'BROWSER', state: 'DOWN', nextAction: expect.stringContaining('vega-auth setup') },
  ]);
  const broken = { headless: false, chromiumPath: '/bin/false' };
  const [one, other] = [tryBrowser(broken, api), tryBrowser(broken, api)];
  expect(one).toBe(other);
  expect((await one).findings).toMatchObject([
    { component: 'BROWSER', state: 'DOWN', nextAction: expect.stringContaining('it needs a display, too') },
  ]);
});

test('a browser that does not start without a window needs no display to be named', async () => {
  const { findings } = await tryBrowser({ headless: true, chromiumPath: '/bin/false' }, api);
  const [finding] = findings;
  expect(finding?.nextAction).toBe('Run `vega-auth setup`, or set VEGA_CHROMIUM_PATH to one that starts.');
});

test('doctor starts the browser, and says what to do about one that does not', async () => {
  await using broker = await openBroker();
  await using program = new Program(await built('src/main.ts'));
  const broken = path.join(program.directory, 'chromium');
  writeFileSync(broken, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const env = {
    ...environmentOf(broker, 1),
    VEGA_CHROMIUM_PATH: broken,
    VEGA_LOG_LEVEL: 'error',
    VEGA_PROT: '1',
  };
  writeFileSync(path.join(program.directory, '.env'), 'UPSTOX_HEADLESS=true\n', { mode: 0o644 });
  const { code, out } = await program.run(['doctor'], env);
  expect(code).toBe(3);
  expect(out).toMatch(
    /▲ Configuration +needs a look\n +VEGA_PROT: is no setting.*VEGA_PORT\?\n +→ Correct the name/,
  );
  expect(out.replaceAll(/\s+/g, '')).toMatch(/Otherusersofthismachinehaverightsto\S+→chmod600\S+\.env/);
  expect(out).toMatch(/✕ Browser[\s\S]*vega-auth setup/);
  expect(out).toMatch(/● Clock +ok\n +This machine's clock (?:agrees with|is \d s)/);
  expect(out).toMatch(/● Disk +ok\n +[\d,]+ MB are left/);
  expect(out).toContain(`${broker.url}, directly`);
});

test('a database that cannot be read, an app that is off, a browser that is missing: each is told on its own', async () => {
  await using testApp = await openTestApp({ apis: 2, env: { VEGA_CHROMIUM_PATH: '/nowhere/chromium' } });
  const health = '{ systemHealth { database api config browser findings { component message } } }';
  testApp.change('alter table vega_accounts rename to elsewhere');
  const { systemHealth: unread } = (await testApp.ask(health)).data;
  testApp.change('alter table elsewhere rename to vega_accounts');
  expect(unread).toMatchObject({ database: 'DOWN', api: 'UNKNOWN', config: 'UNKNOWN', browser: 'DOWN' });
  expect(unread.findings).toContainEqual({ component: 'DATABASE', message: 'The database cannot be read.' });
  const { systemHealth: read } = (await testApp.ask(health)).data;
  expect(read).toMatchObject({ database: 'OK', api: 'OK', config: 'OK', browser: 'DOWN' });
});

test('an account without PRIMARY, and two apps of one client id, are found before a login', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { LOGIN_CONFIG_SOURCE: 'DATABASE' } });
  const [app] = testApp.broker.apps;
  const save = 'mutation ($input: SaveApiConfigInput!) { saveApiConfig(input: $input) { apiName } }';
  for (const apiName of ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2']) {
    const input = { apiName, clientId: app?.clientId, clientSecret: app?.clientSecret };
    expect((await testApp.ask(save, { input })).errors).toBeUndefined();
  }
  // No request leaves an account without PRIMARY; a database of an older vega-auth may hold one.
  testApp.change("delete from upstox_api_configs where api_name = 'PRIMARY'");
  const { systemHealth } = (await testApp.ask('{ systemHealth { config findings { message } } }')).data;
  expect(systemHealth.config).toBe('DEGRADED');
  expect(systemHealth.findings).toEqual([
    { message: 'PRIMARY is not configured or not enabled.' },
    { message: 'WEBSOCKET2 has the client id of another API.' },
  ]);
});

test('a folder of which nobody tells how much room it has is no finding', async () => {
  expect(await tryDisk('/nowhere')).toEqual({ findings: [], details: [] });
});

test('rows that another program wrote so that they are nobody’s token are named', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY', { api_name: 'primary' });
  plantToken(testApp, 'WEBSOCKET1', { user_id: 'AB1234' });
  testApp.change("update upstox_tokens set api_name = 'WEBSOCKET2 ' where api_name = 'WEBSOCKET1'");
  const { data } = await testApp.ask(
    '{ systemHealth { findings { message nextAction } } tokens { verdict } }',
  );
  expect(data.tokens).toEqual([{ verdict: 'MISSING' }]);
  const said = data.systemHealth.findings.map(
    ({ message, nextAction }: { message: string; nextAction: string }) => `${message} ${nextAction}`,
  );
  expect(said).toEqual(
    expect.arrayContaining([
      'upstox_tokens has a row of api_name "primary", which is no API\'s name. Have the program that writes it say PRIMARY; until then the row is not read.',
      'upstox_tokens has a row of api_name "WEBSOCKET2 ", which is no API\'s name. Have the program that writes it say WEBSOCKET2; until then the row is not read.',
      "upstox_tokens has 1 row whose user_id is text. user_id is the account's number (1 for the first one, or NULL); until then the rows are not read.",
    ]),
  );
});
