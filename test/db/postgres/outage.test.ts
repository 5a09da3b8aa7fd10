import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Checkpoint } from '../../../src/services/runs/checkpoints.ts';
import { violationsIn } from '../../support/broker-invariants.ts';
import { processesIn, runUntil } from '../../support/crash.ts';
import { openFolder } from '../../support/folder.ts';
import { openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { environmentOf, openBroker, openTestApp, type TestApp, until } from '../../support/test-app.ts';

const COOLDOWN = { cooldownMs: 1000 };

/** A desk whose server is killed, and its network cut, as soon as a run comes to the moment. */
const openDesk = async (moment: Checkpoint, directory: string) => {
  const server = await PostgresServer.start();
  const proxy = await openCuttingProxy(server.port);
  const broker = await openBroker();
  const databaseUrl = await server.createDatabase();
  let gone: Promise<void> | null = null;
  const options = { apis: 2, directory, broker, databaseUrl, databaseWay: proxy.url(databaseUrl) };
  const testApp = await openTestApp({
    ...options,
    onCheckpoint: (checkpoint) => {
      if (checkpoint !== moment || gone !== null) return;
      proxy.part();
      gone = server.kill();
    },
  });
  const comeBack = async () => {
    await server.restart();
    proxy.join();
  };
  return {
    ...{ server, proxy, broker, testApp, options, comeBack },
    isGone: () => gone !== null,
    [Symbol.asyncDispose]: async () => {
      await comeBack();
      await testApp[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

const begin = async (testApp: TestApp): Promise<string> =>
  (await testApp.ask('mutation { generateTokens(mode: ALL) { id } }')).data.generateTokens.id;

const spillsIn = (directory: string): readonly string[] =>
  readdirSync(path.join(directory, '.vega')).filter((name) => name.endsWith('.spill'));

const isOver = (testApp: TestApp) =>
  until(
    'the end of the run',
    () =>
      testApp.said().includes('"msg":"run ended"') ||
      testApp.said().includes('the end of the run could not be written'),
  );

const stored = (testApp: TestApp) =>
  testApp.rows('select api_name, version from vega_token_versions order by api_name');

test('a token that came as the server died is stored once it is back, and nothing else was submitted', async () => {
  using folder = openFolder();
  const { directory } = folder;
  await using desk = await openDesk('CODE_EXCHANGED', directory);
  const { testApp, broker, comeBack } = desk;
  await testApp.ask('{ tokenStatus { tokens { verdict } } }');
  const id = await begin(testApp);
  await until('the outage', desk.isGone);
  await isOver(testApp);
  const { database } = testApp.app.parts;
  expect(database.recovery).toMatchObject({ dbLocked: true, fallback: 'SPILL' });
  expect(database.trouble).toMatchObject({ isOnDisk: true });
  const [file = ''] = spillsIn(directory);
  const bytes = readFileSync(path.join(directory, '.vega', file), 'latin1');
  expect(bytes).not.toContain('PRIMARY');

  const asked = await testApp.ask(
    '{ ready tokenStatus { tokens { apiName verdict reason } } tokens { apiName verdict storage } }',
  );
  expect(asked).toMatchInlineSnapshot(`
    {
      "data": {
        "ready": false,
        "tokenStatus": {
          "tokens": [
            {
              "apiName": "PRIMARY",
              "reason": "DATABASE_UNAVAILABLE",
              "verdict": "UNKNOWN",
            },
            {
              "apiName": "WEBSOCKET1",
              "reason": "DATABASE_UNAVAILABLE",
              "verdict": "UNKNOWN",
            },
          ],
        },
        "tokens": [
          {
            "apiName": "PRIMARY",
            "storage": "SPILL",
            "verdict": "UNKNOWN",
          },
          {
            "apiName": "WEBSOCKET1",
            "storage": "DATABASE",
            "verdict": "UNKNOWN",
          },
        ],
      },
    }
  `);
  const refused = await testApp.ask('{ authState { state } }');
  expect(refused.errors[0]).toMatchInlineSnapshot(`
    {
      "extensions": {
        "code": "DATABASE_UNAVAILABLE",
        "nextAction": "Wait until it is back: systemHealth says why it is not, and dbRecovery tells when it is. Look at what is stored before you ask for the same change again.",
      },
      "locations": [
        {
          "column": 3,
          "line": 1,
        },
      ],
      "message": "The database cannot be reached or written at present.",
      "path": [
        "authState",
      ],
    }
  `);
  const health = await testApp.ask(
    '{ systemHealth { database cache findings { component state message nextAction } } }',
  );
  const { pendingWrites } = database.trouble ?? {};
  const said = JSON.stringify(health.data)
    .replace(/since \d+ s/, 'since … s')
    // Each try may fail in another way.
    .replace(/(?<=cannot be used \()\w+/, 'CODE')
    .replace(`${pendingWrites} writes`, '… writes');
  expect(JSON.parse(said)).toMatchInlineSnapshot(`
    {
      "systemHealth": {
        "cache": "DEGRADED",
        "database": "DOWN",
        "findings": [
          {
            "component": "DATABASE",
            "message": "The database cannot be read.",
            "nextAction": "Check that the PostgreSQL server runs, and that this machine reaches it. Until then every verdict is UNKNOWN, and no token is handed out.",
            "state": "DOWN",
          },
          {
            "component": "DATABASE",
            "message": "The PostgreSQL server cannot be used (CODE) since … s: nothing is submitted to the broker, and nothing is handed out.",
            "nextAction": "It is tried again by itself each second; see whether the server runs, whether this machine reaches it, and whether its disk is full.",
            "state": "DOWN",
          },
          {
            "component": "CACHE",
            "message": "… writes of what exists already wait in the spill file beside the key.",
            "nextAction": "Nothing: they are made up for when the server is back, also after a restart of vega-auth on this machine.",
            "state": "DEGRADED",
          },
        ],
      },
    }
  `);
  expect((await testApp.ask('mutation { generateTokens(mode: ALL) { id } }')).errors[0].extensions.code).toBe(
    'DATABASE_UNAVAILABLE',
  );

  await comeBack();
  await until('the database', () => database.trouble === null);
  await until('the token', async () => {
    const { data } = await testApp.ask('{ tokens { apiName verdict } }');
    return data.tokens[0].verdict === 'VALID';
  });
  const [token] = testApp.rows('select access_token from upstox_tokens');
  expect(bytes).not.toContain(token.access_token);
  expect(stored(testApp)).toEqual([{ api_name: 'PRIMARY', version: 1 }]);
  expect(broker.log.filter(({ kind }) => kind === 'TOKEN')).toHaveLength(1);
  const run = (
    await testApp.ask(`{ generationRun(id: "${id}") { status steps { apiName status failure { code } } } }`)
  ).data;
  expect(run).toMatchInlineSnapshot(`
    {
      "generationRun": {
        "status": "STOPPED",
        "steps": [
          {
            "apiName": "PRIMARY",
            "failure": {
              "code": "UNVERIFIED",
            },
            "status": "FAILED",
          },
          {
            "apiName": "WEBSOCKET1",
            "failure": {
              "code": "STORAGE_FAILED",
            },
            "status": "FAILED",
          },
        ],
      },
    }
  `);
  expect((await testApp.ask('mutation { verifyAudit { valid } }')).data.verifyAudit).toEqual({ valid: true });
  expect(spillsIn(directory)).toEqual([]);
  await until(
    'the place of the run',
    async () => (await testApp.ask('{ authState { state } }')).data.authState.state === 'PRIMARY_VALIDATED',
  );
  expect(await testApp.generate('mode: INVALID_ONLY')).toMatchObject({ status: 'COMPLETED' });
  expect(violationsIn(broker.log, COOLDOWN)).toEqual([]);
});

test('a program that is killed in the outage has left its token on the disk: the next one stores it, once', async () => {
  using folder = openFolder();
  const { directory } = folder;
  await using server = await PostgresServer.start();
  await using broker = await openBroker();
  const databaseUrl = await server.createDatabase();
  const env = {
    ...environmentOf(broker, 1),
    CRASH_DATABASE_URL: databaseUrl,
    CRASH_HOLD_AT: 'CODE_EXCHANGED',
  };
  const death = runUntil(directory, env, 'API_FAILED', 1);
  await until('the token', () => existsSync(path.join(directory, 'held')));
  await server.kill();
  writeFileSync(path.join(directory, 'go'), '');
  expect((await death).signal).toBe('SIGKILL');
  await until('the end of its browser', () => processesIn(directory).length === 0);
  const [file = ''] = spillsIn(directory);
  expect(statSync(path.join(directory, '.vega', file)).mode & 0o777).toBe(0o600);
  const bytes = readFileSync(path.join(directory, '.vega', file), 'latin1');

  await server.restart();
  await using testApp = await openTestApp({ apis: 1, directory, broker, databaseUrl, env });
  expect(testApp.app.parts.database.findings.replayed).toBeGreaterThan(0);
  const { data } = await testApp.ask('{ tokenStatus { tokens { apiName verdict } } }');
  expect(data.tokenStatus.tokens).toEqual([{ apiName: 'PRIMARY', verdict: 'VALID' }]);
  const [token] = testApp.rows('select access_token from upstox_tokens');
  expect(bytes).not.toContain(token.access_token);
  expect(stored(testApp)).toEqual([{ api_name: 'PRIMARY', version: 1 }]);
  expect(testApp.rows("select kind from vega_audit_entries where kind = 'TOKEN_STORED'")).toHaveLength(1);
  expect((await testApp.ask('mutation { verifyAudit { valid } }')).data.verifyAudit).toEqual({ valid: true });
  expect(broker.log.filter(({ kind }) => kind === 'TOKEN')).toHaveLength(1);
  expect(spillsIn(directory)).toEqual([]);
  expect(violationsIn(broker.log, COOLDOWN)).toEqual([]);
});

test('no token is handed out while the server is gone, and the program ends at once', async () => {
  using folder = openFolder();
  await using server = await PostgresServer.start();
  await using broker = await openBroker();
  const databaseUrl = await server.createDatabase();
  const open = () => openTestApp({ apis: 1, directory: folder.directory, broker, databaseUrl });
  await using _after = { [Symbol.asyncDispose]: () => server.restart() };
  const testApp = await open();
  expect(await testApp.generate('mode: ALL')).toMatchObject({ status: 'COMPLETED' });
  const { data } = await testApp.ask(
    'mutation { createAccessKey(input: { name: "trader", role: SERVICE }) { secret } }',
  );
  const lease = async () => {
    const response = await fetch(`${testApp.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${data.createAccessKey.secret}`,
      },
      body: JSON.stringify({ query: 'mutation { leaseToken(apiName: PRIMARY) { version } }' }),
    });
    return (await response.json()) as { data: unknown; errors?: readonly { extensions: unknown }[] };
  };
  expect((await lease()).data).toEqual({ leaseToken: { version: 1 } });
  const seen = broker.log.length;
  await server.kill();
  const refused = await lease();
  expect(refused.errors?.[0]?.extensions).toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    nextAction: expect.stringContaining('Wait'),
  });
  const begunAt = performance.now();
  await testApp.app[Symbol.asyncDispose]();
  expect(performance.now() - begunAt).toBeLessThan(30_000);
  expect(broker.log.length).toBe(seen);
});

test('a worker that loses the account between code and store stores the token, and leaves the run to the other one', async () => {
  let takeOver = (): void => undefined;
  await using testApp = await openTestApp({
    apis: 1,
    engine: 'POSTGRES',
    onCheckpoint: (checkpoint) => {
      if (checkpoint === 'CODE_EXCHANGED') takeOver();
    },
  });
  takeOver = () =>
    testApp.change(
      "update vega_account_leases set worker_id = 'b', epoch = epoch + 1, until = until + 600000",
    );
  await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  await until('the end of the run here', () => testApp.said().includes('the run is left to it'));
  expect(testApp.said()).toContain('"failure":"LEASE_LOST"');
  expect(stored(testApp)).toEqual([{ api_name: 'PRIMARY', version: 1 }]);
  expect(testApp.rows('select status, ended_at from vega_generation_runs')).toEqual([
    { status: 'RUNNING', ended_at: null },
  ]);
  expect(testApp.rows('select quarantined_at, cooldown_until from vega_auth_states')).toEqual([
    { quarantined_at: null, cooldown_until: null },
  ]);
  expect((await testApp.ask('mutation { verifyAudit { valid } }')).data.verifyAudit).toEqual({ valid: true });
});
