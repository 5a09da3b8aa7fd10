import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../src/cli/commands.ts';
import { readConfig } from '../../src/config.ts';
import { readDatabaseUrl } from '../../src/db/postgres/connection-settings.ts';
import { faultsOf } from '../../src/db/postgres/server-check.ts';
import { LOGIN_STEPS } from '../../src/domain/run/generation-run.ts';
import { listing } from '../recipes/listings.ts';
import { rowsOf, sectionOf } from '../support/documents.ts';
import { environmentOf, openBroker } from '../support/test-app.ts';
import {
  CLUSTER,
  environmentOfService,
  NGINX,
  NODES,
  postgresSettings,
  secondsOf,
  serviceOf,
  WORKERS,
} from './cluster-file.ts';
import { readStages, textsOf } from './dockerfile.ts';

const CONTAINERS = path.resolve(import.meta.dirname, '../../docs/container');
const [FINAL] = readStages().slice(-1);
const [FOLDER = ''] = textsOf(FINAL, 'WORKDIR');
const SERVICES = Object.keys(CLUSTER.services);
const OURS = [...NODES, ...WORKERS];

/** How each of ours is set up by what the file gives it, beside the accounts. */
const configs = async () => {
  await using broker = await openBroker();
  const account = environmentOf(broker, 1);
  return new Map(OURS.map((name) => [name, readConfig({ ...account, ...environmentOfService(name) })]));
};

test('two nodes and two workers have commands, settings and files that there are', async () => {
  expect(SERVICES).toEqual(['postgres', 'network', 'nginx', 'node-1', 'node-2', 'worker-1', 'worker-2']);
  expect([NODES, WORKERS]).toEqual([
    ['node-1', 'node-2'],
    ['worker-1', 'worker-2'],
  ]);
  const commands = (PROGRAM.commands ?? []).map(({ name }) => name);
  expect(commands).toEqual(expect.arrayContaining(OURS.flatMap((name) => serviceOf(name).command ?? [])));
  const documented = [...rowsOf('docs/operations.md', 'Settings').map(([name]) => name), 'PGPASSFILE'];
  const given = OURS.flatMap((name) => Object.keys(environmentOfService(name)));
  expect(given.filter((name) => !documented.includes(name))).toEqual([]);
  const mounted = SERVICES.flatMap((name) => serviceOf(name).volumes ?? []).map(
    (volume) => volume.split(':')[0] ?? '',
  );
  const files = [
    ...mounted.filter((name) => name.startsWith('.')),
    ...OURS.map((name) => serviceOf(name).build ?? ''),
  ];
  expect(files.filter((name) => !existsSync(path.join(CONTAINERS, name)))).toEqual([]);
  expect(existsSync(path.join(CONTAINERS, '../../Dockerfile'))).toBe(true);
});

test('all of ours have one database, and one address to the broker, whose rate they share', async () => {
  for (const [name, { databaseUrl, egress, masterKeys, operatorKey }] of await configs()) {
    const { client, place } = readDatabaseUrl(databaseUrl?.reveal() ?? '');
    expect([name, place, client.user, client.ssl]).toEqual([
      name,
      'postgres://postgres:5432/vega',
      environmentOfService('postgres').POSTGRES_USER,
      false,
    ]);
    // Passwords and keys are in files.
    expect([client.password, masterKeys, operatorKey, egress]).toEqual([undefined, [], null, null]);
  }
});

test('only nginx is published, and the database is in a network without a way out', () => {
  expect(SERVICES.filter((name) => serviceOf(name).ports !== undefined)).toEqual(['network']);
  expect(serviceOf('network').ports).toEqual(['443:443']);
  expect(CLUSTER.networks.database).toEqual({ internal: true });
  expect(serviceOf('postgres').networks).toEqual(['database']);
  for (const name of ['network', ...WORKERS])
    expect(serviceOf(name).networks).toEqual(['default', 'database']);
  for (const name of ['nginx', ...NODES]) expect(serviceOf(name).network_mode).toBe('service:network');
});

test('nginx balances over the very nodes, and the health checks ask each of them', async () => {
  const known = await configs();
  const addresses = NODES.map((name) => {
    const { host = '', port = 0, allowedHosts = [], trustsProxy } = known.get(name) ?? {};
    expect([allowedHosts, trustsProxy]).toEqual([['vega.example'], true]);
    return `${host}:${port}`;
  });
  const [, upstream = ''] = /^upstream nodes \{\n([\s\S]*?)^\}$/m.exec(NGINX) ?? [];
  expect(upstream.match(/(?<=server )[\d.:]+/g)).toEqual(addresses);
  expect(NGINX.match(/(?<=proxy_pass http:\/\/)[\d.:]+/g)).toEqual(addresses);
  expect(NGINX).toContain('proxy_buffering off;');
  expect(NGINX).toContain('server_name vega.example;');
  const listens = Number(/listen (\d+) ssl;/.exec(NGINX)?.[1]);
  expect(serviceOf('network').sysctls).toEqual({ 'net.ipv4.ip_unprivileged_port_start': listens });
  const checks = NODES.map(
    (name) => serviceOf(name).healthcheck?.test.join(' ') ?? textsOf(FINAL, 'HEALTHCHECK').join(),
  );
  expect(checks.map((check, index) => check.includes(`http://${addresses[index]}/livez`))).toEqual([
    true,
    true,
  ]);
});

test('PostgreSQL is one that doctor has nothing against, with connections for twice as many', () => {
  const { image, healthcheck, user } = serviceOf('postgres');
  const [, version] = /^postgres:(\d+)-bookworm$/.exec(image) ?? [];
  const {
    fsync = '',
    synchronous_commit: commit = '',
    full_page_writes: fullPageWrites = '',
  } = postgresSettings();
  const facts = { version: `${version}`, number: Number(version) * 10_000, isReplica: false, standbys: '' };
  expect(faultsOf({ ...facts, fsync, commit, fullPageWrites })).toEqual([]);
  expect(Number(postgresSettings().max_connections)).toBeGreaterThan(2 * (2 * 16 + 2 * 21));
  expect([user, healthcheck?.test[1]]).toEqual(['postgres', 'pg_isready']);
});

test('every container is confined, limited and started again, and keeps its data in a volume of its own', () => {
  for (const name of SERVICES)
    expect(serviceOf(name)).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: expect.arrayContaining(['no-new-privileges:true']),
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
    });
  for (const name of OURS) {
    expect(serviceOf(name).security_opt).toContain('seccomp:seccomp.json');
    expect(serviceOf(name).tmpfs).toEqual(['/tmp']);
    expect(serviceOf(name).volumes).toEqual([`${name}:${FOLDER}`]);
    expect(serviceOf(name)).not.toHaveProperty('user');
  }
  expect(Object.keys(CLUSTER.volumes)).toEqual(['postgres', ...OURS]);
});

test('a secret is in a file, and only where it is read', () => {
  const secretsOf = (name: string) =>
    (serviceOf(name).secrets ?? []).map((secret) =>
      typeof secret === 'string' ? `/run/secrets/${secret}` : secret.target,
    );
  for (const name of OURS)
    expect(secretsOf(name)).toEqual([`${FOLDER}/.env`, environmentOfService(name).PGPASSFILE]);
  expect(secretsOf('postgres')).toEqual([environmentOfService('postgres').POSTGRES_PASSWORD_FILE]);
  const files = Object.values(CLUSTER.secrets).map(({ file }) => file);
  const made = listing('container-cluster-secrets');
  expect(files.filter((file) => !made.includes(` ${file}\n`))).toEqual([]);
  const values = SERVICES.flatMap((name) => Object.entries(environmentOfService(name)));
  const suspicious = values.filter(
    ([name]) => /PASSWORD|KEY|SECRET|PIN|TOTP/.test(name) && !name.endsWith('_FILE'),
  );
  expect(suspicious).toEqual([]);
});

/** Those of a login in the browser that end with the timeout of a step. */
const TIMED = ['DIALOG', 'MOBILE', 'OTP', 'PIN', 'CONSENT', 'REDIRECT', 'EXCHANGE'] as const;
/** The start of the browser, and the wait for a TOTP code that is not used yet. */
const BESIDE_SECONDS = 30 + 30;

test('a worker that is stopped has the time to finish its login', async () => {
  const known = await configs();
  expect(LOGIN_STEPS).toEqual(expect.arrayContaining([...TIMED]));
  for (const name of WORKERS) {
    const { stepTimeoutSeconds = 0 } = known.get(name) ?? {};
    const longest = TIMED.length * stepTimeoutSeconds + BESIDE_SECONDS;
    expect(secondsOf(serviceOf(name).stop_grace_period ?? '')).toBeGreaterThanOrEqual(longest);
  }
});

test('the commands of the documents name services that there are', () => {
  const section = sectionOf('docs/cluster.md', 'With containers');
  const commands = [
    ...section.matchAll(
      /docker compose (?:run|exec|up|stop|logs)((?: -\S+)*)((?: [a-z]+-\d| postgres| nginx)*)/g,
    ),
  ];
  const named = commands.flatMap(([, , names = '']) => names.trim().split(' ')).filter((name) => name !== '');
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !SERVICES.includes(name) && name !== 'worker-3')).toEqual([]);
  for (const name of ['container-cluster-update', 'container-cluster-restore'] as const) {
    const [, all = ''] = /^for one in (.*);/m.exec(listing(name)) ?? [];
    expect(all.split(' ').sort()).toEqual(OURS);
  }
});
