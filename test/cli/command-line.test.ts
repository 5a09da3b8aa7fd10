import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { nextExpiry } from '../../src/domain/token/expiry.ts';
import { IST, toWallTime } from '../../src/domain/wall-time.ts';
import { listing } from '../recipes/listings.ts';
import { built } from '../support/built.ts';
import { Program } from '../support/program.ts';
import { environmentOf, openBroker, refuseLeaks, secretsOf, until } from '../support/test-app.ts';

const run = async (
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
) => {
  const { code, out, err } = await program.run(args, env);
  return { code, said: out + err };
};

test('the demo makes six tokens, says where to look, stays up, and ends at Ctrl-C', async () => {
  await using program = new Program();
  program.start(['demo'], { VEGA_PORT: '0' });
  await until('the demo to be ready', () => program.said.includes('Ctrl-C stops everything'), 120_000);
  const counts = program.said.match(/^\d\/6/gm);
  expect([...new Set(counts)]).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  expect(program.said).toMatch(/PRIMARY +VALID +\d{4}-\d\d-\d\d 03:30:00 +[0-9a-f]{12}/);

  const database = new Sqlite(path.join(program.directory, 'vega_trade.db'), { readonly: true });
  const rows = database
    .prepare('select api_name, is_active, validity_at, access_token from upstox_tokens order by api_index')
    .all();
  database.close();
  const validity = toWallTime(nextExpiry(new Date()), IST);
  expect(rows).toHaveLength(6);
  expect(rows).toEqual(rows.map(() => expect.objectContaining({ is_active: 1, validity_at: validity })));
  for (const { access_token } of rows as { access_token: string }[])
    expect(program.said).not.toContain(access_token);

  const [, link] = /by a link that works once:\n\n {2}(\S+)/.exec(program.said) ?? [];
  const answer = await fetch(link ?? '', { redirect: 'manual' });
  expect(answer.status).toBe(200);
  program.stop();
  expect(await program.exitCode()).toBe(0);
}, 180_000);

test('the demo does not touch a database that holds real tokens', async () => {
  await using program = new Program(await built('src/main.ts'));
  const file = path.join(program.directory, 'vega_trade.db');
  const database = new Sqlite(file);
  database.exec(`create table upstox_tokens (id integer primary key, access_token varchar(2000), api_name varchar(255) not null, client_id varchar(255));
    insert into upstox_tokens (access_token, api_name, client_id) values ('real', 'PRIMARY', 'a-real-client')`);
  database.close();
  const { code, said } = await run(program, ['demo'], { VEGA_PORT: '0' });
  expect(code).toBe(3);
  expect(said).toContain('may hold tokens of a real account');
  const after = new Sqlite(file, { readonly: true });
  expect(after.prepare('select access_token from upstox_tokens').all()).toEqual([{ access_token: 'real' }]);
  after.close();
});

test('serve listens, prints a link that works once, and ends in order', async () => {
  await using broker = await openBroker();
  await using program = new Program(await built('src/main.ts'));
  // As docs/operations.md tells systemd to.
  const [, args = ''] =
    /^ExecStart=\/usr\/bin\/env vega-auth (.*)$/m.exec(listing('vega-auth.service')) ?? [];
  program.start(args.split(' '), environmentOf(broker));
  await until('the server to listen', () => program.said.includes('the link works once'), 30_000);
  const [, link] = /Open (\S+) in a browser/.exec(program.said) ?? [];
  expect((await fetch(link ?? '')).status).toBe(200);
  expect((await fetch(link ?? '', { redirect: 'manual' })).status).toBe(401);
  program.stop();
  expect(await program.exitCode()).toBe(0);
  refuseLeaks(
    program.said,
    secretsOf(environmentOf(broker), null, () => []),
  );
});

test('serve reads .env in its folder, under what the environment says', async () => {
  await using broker = await openBroker();
  await using program = new Program(await built('src/main.ts'));
  const env = environmentOf(broker);
  const lines = Object.entries({ ...env, VEGA_PORT: 'nonsense' }).map(
    ([name, value]) => `${name}='${value}'`,
  );
  writeFileSync(path.join(program.directory, '.env'), lines.join('\n'));
  program.start(['serve'], { VEGA_PORT: '0' });
  await until('the server to listen', () => program.said.includes('the link works once'), 30_000);
});

test('a wrong configuration is told whole, without its values, and starts nothing', async () => {
  await using program = new Program(await built('src/main.ts'));
  const { code, said } = await run(program, ['serve'], {
    UPSTOX_MOBILE_NUMBER: '9876543210',
    UPSTOX_TOTP: 'not-base32-at-all-1189',
    UPSTOX_CLIENT_ID_0: 'client-canary',
    UPSTOX_CLIENT_SECRET_6: 'secret-canary',
    UPSTOX_API_NAME_0: 'PRIMARY9',
    VEGA_PORT: '65536',
  });
  expect(code).toBe(3);
  for (const name of [
    'UPSTOX_PIN',
    'UPSTOX_TOTP',
    'UPSTOX_REDIRECT_URI',
    'UPSTOX_CLIENT_SECRET_0',
    'UPSTOX_CLIENT_SECRET_6',
    'UPSTOX_API_NAME_0',
    'VEGA_PORT',
  ]) {
    expect(said).toContain(`${name}: `);
  }
  expect(said).not.toMatch(/9876543210|1189|canary|PRIMARY9|65536/);
  expect(readdirSync(program.directory).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
});

test('a database that cannot be used is named, with what to do, and left as it is', async () => {
  await using broker = await openBroker();
  const env = environmentOf(broker);
  await using garbage = new Program(await built('src/main.ts'));
  writeFileSync(
    path.join(garbage.directory, 'vega_trade.db'),
    'this is not a database, however long it may be',
  );
  const first = await run(garbage, ['serve'], env);
  expect([first.code, first.said]).toEqual([3, expect.stringContaining('is not a sound SQLite database')]);

  await using both = new Program(await built('src/main.ts'));
  mkdirSync(path.join(both.directory, 'database'));
  for (const file of ['vega_trade.db', 'database/vega_trade.db'])
    writeFileSync(path.join(both.directory, file), '');
  const second = await run(both, ['serve'], env);
  expect([second.code, second.said]).toEqual([3, expect.stringContaining('Set VEGA_DB_PATH')]);

  await using nowhere = new Program(await built('src/main.ts'));
  const third = await run(nowhere, ['serve'], { ...env, VEGA_DB_PATH: 'no/such/folder/x.db' });
  expect([third.code, third.said]).toEqual([3, expect.stringContaining('does not exist')]);
});

test('a port that is taken is named', async () => {
  await using broker = await openBroker();
  await using program = new Program(await built('src/main.ts'));
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, said } = await run(program, ['serve'], { ...environmentOf(broker), VEGA_PORT: String(port) });
  taken.close();
  expect([code, said]).toEqual([3, expect.stringContaining(`Port ${port} on 127.0.0.1 is in use`)]);
});

test('--help lists the commands, and an unknown one is refused', async () => {
  await using program = new Program(await built('src/main.ts'));
  const help = await run(program, ['--help'], {});
  expect([help.code, help.said]).toEqual([0, expect.stringMatching(/serve[\s\S]*demo/)]);
  const wrong = await run(program, ['fly'], {});
  expect([wrong.code, wrong.said]).toEqual([3, expect.stringContaining('unknown command')]);
  const scenario = await run(program, ['demo', '--scenario', 'sunshine'], {});
  expect([scenario.code, scenario.said]).toEqual([3, expect.stringContaining('Allowed choices are happy')]);
});

test('a database is backed up, and a damaged one is restored with the commands that its refusal names', async () => {
  await using broker = await openBroker();
  await using program = new Program(await built('src/main.ts'));
  const env = environmentOf(broker, 1);
  const file = path.join(program.directory, 'vega_trade.db');
  const backup = await run(program, ['backup'], env);
  expect([backup.code, backup.said]).toEqual([
    0,
    expect.stringMatching(/^Backup vega_trade-.*\.db made, \d+ bytes/),
  ]);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xa5, 4096));
  const refused = await run(program, ['serve'], env);
  expect([refused.code, refused.said]).toEqual([
    3,
    expect.stringMatching(
      /is not a sound SQLite database\. The newest good backup is .*run `vega-auth restore`/,
    ),
  ]);
  const restored = await run(program, ['restore'], env);
  expect(restored.code).toBe(0);
  expect(restored.said).toMatch(
    /^Restored from .*\.db\.\nWhat lay there before is .*\.before-.*\.\n0 newer tokens were taken over/,
  );
  expect((await run(program, ['backup'], env)).code).toBe(0);
});
