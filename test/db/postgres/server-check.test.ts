import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultsOf, type ServerFacts } from '../../../src/db/postgres/server-check.ts';
import { built } from '../../support/built.ts';
import { connect } from '../../support/postgres/connect.ts';
import { openNodes } from '../../support/postgres/nodes.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { Program } from '../../support/program.ts';
import { environmentOf, openBroker, openTestApp } from '../../support/test-app.ts';

const SOUND: ServerFacts = {
  ...{ version: '15.1', number: 150_001, isReplica: false, commit: 'on', standbys: '' },
  ...{ fsync: 'on', fullPageWrites: 'on' },
};

test('a sound server has no faults', () => {
  expect(faultsOf(SOUND)).toEqual([]);
  expect(faultsOf({ ...SOUND, commit: 'remote_apply', standbys: 'other' })).toEqual([]);
  expect(faultsOf({ ...SOUND, commit: 'local' })).toEqual([]);
});

test.each<[string, Partial<ServerFacts>, string, boolean, boolean]>([
  ['an old version', { version: '14.9', number: 140_009 }, 'needs 15 or later', true, true],
  ['a replica', { isReplica: true }, 'is a replica', true, true],
  ['asynchronous commit', { commit: 'off' }, 'synchronous_commit = off', true, true],
  ['no wait for the disk', { fsync: 'off' }, 'fsync = off', true, false],
  [
    'no wait for standbys',
    { commit: 'local', standbys: 'other' },
    'synchronous_commit = local',
    false,
    false,
  ],
  ['half pages', { fullPageWrites: 'off' }, 'full_page_writes = off', false, false],
])('%s is a fault', (_name, facts, words, isGrave, refusesOpening) => {
  expect(faultsOf({ ...SOUND, ...facts })).toEqual([
    expect.objectContaining({ isGrave, refusesOpening, message: expect.stringContaining(words) }),
  ]);
});

describe('a database is not opened', () => {
  test('where it commits asynchronously', async () => {
    await using nodes = await openNodes();
    await nodes.client.query(
      `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
    );
    await expect(nodes.open('one')).rejects.toThrow(/commits asynchronously.* Run `ALTER DATABASE/);
  });

  test('where it is a replica', async () => {
    await using server = await PostgresServer.start();
    const url = await server.createDatabase();
    writeFileSync(path.join(server.folder, 'data', 'standby.signal'), '');
    await server.restart();
    await expect(openTestApp({ apis: 1, databaseUrl: url })).rejects.toThrow(
      'is a replica, which can only be read. Name the primary server in VEGA_DATABASE_URL.',
    );
  });
});

const HEALTH = `{ systemHealth(thorough: true) {
  database clock findings { component state message nextAction } details { component text } } }`;

interface Part {
  readonly component: string;
  readonly message?: string;
  readonly text?: string;
}

describe('the doctor', () => {
  test('tells of a server that does not wait for its disk, and of a clock that is more than a second off', async () => {
    await using testApp = await openTestApp({
      apis: 1,
      engine: 'POSTGRES',
      clock: () => new Date(Date.now() + 3000),
    });
    const { systemHealth } = (await testApp.ask(HEALTH)).data;
    expect([systemHealth.database, systemHealth.clock]).toEqual(['DOWN', 'DOWN']);
    const said = systemHealth.findings.filter(({ component }: Part) => /DATABASE|CLOCK/.test(component));
    expect(said).toEqual([
      expect.objectContaining({ state: 'DOWN', message: expect.stringContaining('fsync = off') }),
      expect.objectContaining({
        state: 'DEGRADED',
        message: expect.stringContaining('full_page_writes = off'),
      }),
      {
        ...{ component: 'CLOCK', state: 'DOWN' },
        message: expect.stringMatching(
          /^This machine's clock is (2\.9|3\.0|3\.1) s ahead of the database server's\.$/,
        ),
        nextAction: expect.stringContaining('NTP'),
      },
    ]);
  });

  test('finds nothing wrong with a sound server, and says what it has looked at', async () => {
    await using server = await PostgresServer.start();
    await using testApp = await openTestApp({ apis: 1, databaseUrl: await server.createDatabase() });
    const { systemHealth } = (await testApp.ask(HEALTH)).data;
    expect([systemHealth.database, systemHealth.clock]).toEqual(['OK', 'OK']);
    const texts = systemHealth.details.flatMap(({ component, text }: Part) =>
      component === 'DATABASE' || component === 'CLOCK' ? [text] : [],
    );
    expect(texts).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^PostgreSQL \d+/),
        expect.stringMatching(/^The database server's clock is 0\.\d s from this machine's\.$/),
      ]),
    );
  });
});

test('a server that asks for a password where none was given is told at once, and keeps no process waiting', async () => {
  // Longer than this test may take.
  await using server = await PostgresServer.start({ settings: { authentication_timeout: '600' } });
  const url = await server.createDatabase();
  {
    await using admin = await connect(server.url());
    await admin.ask("alter user vega password 'a-password'");
    writeFileSync(path.join(server.folder, 'data/pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
    await admin.ask('select pg_reload_conf()');
  }
  await using program = new Program(await built('src/main.ts'));
  await using broker = await openBroker();
  const env = { ...environmentOf(broker), VEGA_LOG_LEVEL: 'error', VEGA_DATABASE_URL: url };
  const { code, err } = await program.run(['status'], env);
  expect([code, err]).toEqual([3, expect.stringContaining('asks for a password, and none was given')]);
});
