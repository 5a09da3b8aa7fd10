import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { Program } from '../support/program.ts';
import { environmentOf, openBroker, until } from '../support/test-app.ts';

let main: string;
beforeAll(async () => {
  main = await built('src/main.ts');
});

test('a desk moves to PostgreSQL and back with one command each, and every other command says where it is', async () => {
  await using broker = await openBroker();
  await using program = new Program(main);
  const env = environmentOf(broker, 1);
  expect((await program.run(['backup'], env)).code).toBe(0);
  const file = path.join(program.directory, 'vega_trade.db');
  const url = await (await sharedPostgres()).createDatabase();
  const place = url.replace('vega@', '');

  const unasked = await program.run(['migrate', '--to', url], env);
  expect([unasked.code, unasked.out]).toEqual([1, '']);
  expect(unasked.err).toBe(
    `vega-auth: This moves ${file} to ${place}, and the first one is not used any more afterwards. Say --yes.\nvega-auth: Nothing was moved.\n`,
  );

  const moved = await program.run(['migrate', '--to', url, '--yes'], env);
  expect([moved.code, moved.err]).toEqual([0, '']);
  expect(moved.out).toMatch(/^ {2}upstox_tokens +\d+\n/);
  expect(moved.out).toMatch(/^ {2}vega_audit_entries +\d+$/m);
  const end = moved.out.slice(moved.out.indexOf('Everything is copied'));
  expect(end.replace(/\d+ rows of \d+/, 'N rows of N').replace(/\d{4}-[\dT.-]*Z\.db/, 'TIME.db')).toBe(
    [
      'Everything is copied. It is read again and compared.',
      `N rows of N tables are in ${place}, and were compared.`,
      `A backup of ${file} is ${program.directory}/.vega/backups/vega_trade-TIME.db.`,
      `${file} is not used any more. Set VEGA_DATABASE_URL to the new one, keep .vega/master.key, and start \`vega-auth serve\`, and \`vega-auth work\` where a browser is: it logs in.`,
      '',
    ].join('\n'),
  );
  for (const command of [['status'], ['backup'], ['restore'], ['migrate', '--to', url, '--yes']]) {
    const { code, err } = await program.run(command, env);
    expect([code, err]).toEqual([3, expect.stringContaining(`was moved to ${place} at `)]);
  }

  const there = { ...env, VEGA_DATABASE_URL: url };
  expect((await program.run(['audit', '--verify'], there)).code).toBe(0);
  const back = await program.run(['migrate', '--to', 'back.db', '--yes', '--json'], there);
  expect([back.code, back.err]).toEqual([0, '']);
  expect(JSON.parse(back.out)).toMatchObject({
    from: { engine: 'POSTGRES', name: place },
    to: { engine: 'SQLITE', name: path.join(program.directory, 'back.db') },
    backup: null,
    leftOut: [],
    audit: { valid: true },
  });
  const gone = await program.run(['status'], there);
  expect([gone.code, gone.err]).toEqual([3, expect.stringMatching(/was moved to .*back\.db on .* at /)]);
  expect((await program.run(['audit', '--verify'], { ...env, VEGA_DB_PATH: 'back.db' })).code).toBe(0);
});

test('while a server runs, and with a target that cannot be, nothing is moved', async () => {
  await using broker = await openBroker();
  await using program = new Program(main);
  const env = environmentOf(broker, 1);
  const url = await (await sharedPostgres()).createDatabase();
  expect((await program.run(['migrate'], env)).err).toContain("required option '--to <place>' not specified");
  const wrong = await program.run(['migrate', '--to', 'postgres://vega:a/b@host/vega', '--yes'], env);
  expect([wrong.code, wrong.err]).toEqual([
    3,
    expect.stringContaining('no address of a PostgreSQL database'),
  ]);
  expect(wrong.err).not.toContain('a/b');
  const none = await program.run(['migrate', '--to', url, '--yes'], env);
  expect([none.code, none.err]).toEqual([3, expect.stringContaining('There is no database')]);
  expect(existsSync(path.join(program.directory, 'vega_trade.db'))).toBe(false);

  await using server = new Program(main);
  const served = { ...env, VEGA_PORT: '0', VEGA_DB_PATH: path.join(server.directory, 'vega_trade.db') };
  server.start(['serve'], served);
  await until('the server to listen', () => server.said.includes('listening'), 30_000);
  const refused = await program.run(['migrate', '--to', url, '--yes'], served);
  expect([refused.code, refused.err]).toEqual([
    3,
    expect.stringContaining('is in use. Stop every vega-auth'),
  ]);
});
