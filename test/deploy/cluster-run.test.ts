import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { DisposalStack } from '../../src/services/disposal-stack.ts';
import { violationsIn } from '../support/broker-invariants.ts';
import { built } from '../support/built.ts';
import { openFolder } from '../support/folder.ts';
import { Program } from '../support/program.ts';
import { openProxy } from '../support/proxy.ts';
import { environmentOf, openBroker, readText, refuseLeaks, until } from '../support/test-app.ts';
import { Member, makeSecrets, startPostgres } from './cluster-desk.ts';
import { environmentOfService, NGINX, NODES, WORKERS } from './cluster-file.ts';

const NAME = 'vega.example';

/** Sends to nginx as a client elsewhere does; a query as POST, anything else as GET. */
const sendingTo = (port: number, key: string) => (target: string, query?: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { host: NAME, authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const method = query === undefined ? 'GET' : 'POST';
    const way = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false };
    const asked = request({ ...way, path: target, method, headers }, resolve);
    asked.on('error', reject);
    asked.end(query === undefined ? undefined : JSON.stringify({ query }));
  });

const textOf = async (message: IncomingMessage): Promise<string> =>
  (await message.setEncoding('utf8').toArray()).join('');

/** What a stream has told so far. */
const following = (message: IncomingMessage): (() => string) => {
  let told = '';
  message.setEncoding('utf8').on('data', (part) => {
    told += part;
  });
  message.on('error', () => undefined);
  return () => told;
};

/** nginx.cluster.conf with the ports that the nodes have here. */
const listingFor = (urls: readonly string[]): string =>
  NODES.reduce(
    (text, name, index) =>
      text.replaceAll(`:${environmentOfService(name).VEGA_PORT}`, `:${new URL(urls[index] ?? '').port}`),
    NGINX,
  );

test('the cluster of the file makes tokens, and answers while one node is gone', async () => {
  using folder = openFolder();
  const secrets = path.join(folder.directory, 'secrets');
  await using broker = await openBroker();
  const { VEGA_PORT: _, ...account } = environmentOf(broker, 1);
  makeSecrets(secrets, account);
  const [, key = ''] = /^VEGA_OPERATOR_KEY=(\w+)$/m.exec(readText(secrets, '.env')) ?? [];
  expect(key).toHaveLength(64);
  await using postgres = await startPostgres(secrets);

  const place = { secrets, main: await built('src/main.ts'), port: postgres.port };
  await using members = new DisposalStack();
  const start = (name: string) => members.use(new Member(name, place));
  const nodes = NODES.map(start);
  const workers = WORKERS.map(start);
  const urls = await Promise.all(nodes.map((node) => node.url()));
  for (const worker of workers) await worker.says(/takes runs from (postgres:\S+),/);
  const portOf = (member: Member) => new URL(urls[nodes.indexOf(member)] ?? 'http://none').port;
  for (const member of [...nodes, ...workers])
    await until(`${member.name} to be healthy`, () => member.isHealthy(portOf(member)));

  const [target = '', otherUrl = ''] = urls;
  const listing = listingFor(urls);
  await using proxy = await openProxy({ name: NAME, target, listing, directory: folder.directory });
  const send = sendingTo(proxy.port, key);
  const ask = async (query: string, by = send) => JSON.parse(await textOf(await by('/graphql', query))).data;
  const { systemHealth } = await ask(
    '{ systemHealth(thorough: true) { database clock findings { message } } }',
  );
  expect(systemHealth).toMatchObject({ database: 'OK', clock: 'OK' });
  const told = following(await send('/auth/events'));
  await until('the stream to begin', () => told().includes('event: AUTH_STATE'));
  const { generateTokens: run } = await ask('mutation { generateTokens(mode: ALL) { id status } }');
  expect(run.status).toBe('QUEUED');
  const runOf = async () =>
    (await ask(`{ generationRun(id: "${run.id}") { status endedAt } }`)).generationRun;
  await until('the end of the run', async () => (await runOf()).endedAt !== null);
  expect((await runOf()).status).toBe('COMPLETED');
  await until('the stream to tell it', () => told().includes('AUTH_CONFIRMED'));

  // A key that was made at one node opens the other one.
  const made = await ask('mutation { createAccessKey(input: { name: "feed", role: SERVICE }) { secret } }');
  const lease = async (url: string) => {
    const headers = {
      authorization: `Bearer ${made.createAccessKey.secret}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ query: 'mutation { leaseToken(apiName: PRIMARY) { accessToken } }' });
    return (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json()) as unknown;
  };
  const leased = { data: { leaseToken: { accessToken: expect.stringMatching(/^ey/) } } };
  expect(await lease(target)).toEqual(leased);
  expect(await lease(otherUrl)).toEqual(await lease(target));
  expect(violationsIn(broker.log, { cooldownMs: 660_000 })).toEqual([]);

  if (proxy.kind === 'nginx') {
    const links = await Promise.all(nodes.map((node) => node.says(/(\/login\?link=\S+) in a browser/)));
    for (const link of links) expect((await send(link)).statusCode).toBe(200);
    nodes[0]?.program.stop('SIGTERM');
    expect(await nodes[0]?.program.exitCode()).toBe(0);
    expect(nodes[0]?.isHealthy(new URL(target).port)).toBe(false);
    for (let asked = 0; asked < 4; asked += 1) expect(await ask('{ ready }')).toEqual({ ready: true });
  }
  for (const worker of workers) {
    worker.program.stop('SIGTERM');
    expect(await worker.program.exitCode()).toBe(0);
    expect(worker.isHealthy('')).toBe(false);
  }
  const said = [...nodes, ...workers].map(({ program }) => program.said).join('');
  const given = new Map(Object.entries(parseEnv(readText(secrets, '.env'))));
  const isSecret = ([name]: [string, string | undefined]) => /KEY$|SECRET|PIN$|TOTP$|MOBILE/.test(name);
  const kept = [...given].filter(isSecret).map(([name, value]): [string, string] => [name, value ?? '']);
  refuseLeaks(said, new Map([...kept, ['password', readText(secrets, 'postgres-password')]]));
}, 120_000);

test('a node or worker that finds no database ends with 3, as with a wrong setting', async () => {
  await using broker = await openBroker();
  const VEGA_DATABASE_URL = 'postgres://vega@127.0.0.1:1/vega';
  const main = await built('src/main.ts');
  for (const command of ['serve', 'work']) {
    await using program = new Program(main);
    const { code, err } = await program.run([command], { ...environmentOf(broker, 1), VEGA_DATABASE_URL });
    expect([command, code, err]).toEqual([
      command,
      3,
      expect.stringContaining('postgres://127.0.0.1:1/vega'),
    ]);
  }
});
