import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { listing } from '../recipes/listings.ts';
import { codeBlocksOf, documentText, rowsOf, sectionOf } from '../support/documents.ts';
import { environmentOf, openBroker } from '../support/test-app.ts';
import { readStages, textsOf } from './dockerfile.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');

interface Service {
  readonly image: string;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string | number>>;
  readonly sysctls: Readonly<Record<string, number>>;
  readonly security_opt: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}

const compose: { services: Record<'vega-auth' | 'nginx', Service>; volumes: object } = parse(
  read('compose.yaml'),
);
const { 'vega-auth': vega, nginx } = compose.services;
const NGINX = read('docs/container/nginx.conf');
const [FINAL] = readStages().slice(-1);
const [FOLDER] = textsOf(FINAL, 'WORKDIR');
const [, DOCUMENTED = ''] = /^```nginx\n([\s\S]*?)^```$/m.exec(documentText('docs/operations.md')) ?? [];

const valueIn = (name: string) => new RegExp(`${name} (\\S+?)(?: ssl)?;`).exec(NGINX)?.[1];

test('nginx has the listing of the documents and the network of vega-auth, which publishes its port', () => {
  expect(NGINX).toBe(DOCUMENTED);
  expect(nginx.network_mode).toBe('service:vega-auth');
  expect([nginx.ports, vega.ports]).toEqual([undefined, [`${valueIn('listen')}:${valueIn('listen')}`]]);
  expect(vega.sysctls['net.ipv4.ip_unprivileged_port_start']).toBeLessThanOrEqual(Number(valueIn('listen')));
  const mounted = nginx.volumes.map((volume) => volume.split(':')[1]);
  expect(mounted).toEqual([
    '/etc/nginx/conf.d/default.conf',
    valueIn('ssl_certificate'),
    valueIn('ssl_certificate_key'),
  ]);
});

test('vega-auth takes the settings that compose.yaml gives it, and nginx passes on to where it listens', async () => {
  const documented = rowsOf('docs/operations.md', 'Settings').map(([name]) => name);
  expect(Object.keys(vega.environment).filter((name) => !documented.includes(name))).toEqual([]);
  const given = Object.entries(vega.environment).map(([name, value]) => [name, String(value)]);
  await using broker = await openBroker();
  const config = readConfig({ ...environmentOf(broker, 1), ...Object.fromEntries(given) });
  const { host, port, allowedHosts, trustsProxy } = config;
  expect(valueIn('proxy_pass')).toBe(`http://${host}:${port}`);
  expect([allowedHosts, trustsProxy]).toEqual([[valueIn('server_name')], true]);
  expect(nginx.healthcheck.test[1]).toContain(`http://${host}:${port}/livez`);
  expect(textsOf(FINAL, 'ENV').join(' ')).toContain(`VEGA_PORT=${port}`);
});

test('both run without a capability on a read-only image, and keep the data in a volume', () => {
  for (const service of [vega, nginx])
    expect(service).toMatchObject({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      restart: 'unless-stopped',
      security_opt: expect.arrayContaining(['no-new-privileges:true']),
    });
  expect(vega).not.toHaveProperty('user');
  expect(vega.volumes).toEqual([`data:${FOLDER}`]);
  expect(Object.keys(compose.volumes)).toEqual(['data']);
});

test('the seccomp profile lets Chromium make its sandbox, and forbids what neither it nor Node needs', () => {
  const named = vega.security_opt.find((option) => option.startsWith('seccomp:'))?.slice('seccomp:'.length);
  const { defaultAction, syscalls } = JSON.parse(read(named ?? ''));
  expect([defaultAction, syscalls.map(({ action }: { action: string }) => action)]).toEqual([
    'SCMP_ACT_ALLOW',
    ['SCMP_ACT_ERRNO'],
  ]);
  const forbidden: string[] = syscalls[0].names;
  expect(forbidden).toEqual([...new Set(forbidden)]);
  expect(forbidden.filter((name) => /^(?:clone3?|unshare|chroot|seccomp|prctl)$/.test(name))).toEqual([]);
  expect(forbidden).toEqual(
    expect.arrayContaining(['mount', 'pivot_root', 'init_module', 'bpf', 'ptrace', 'keyctl', 'kexec_load']),
  );
});

test('the commands of the documents name services and files that there are', () => {
  const section = sectionOf('docs/operations.md', 'Container');
  const commands = [...section.matchAll(/docker compose (?:run --rm|exec(?: -T)?|logs) (\S+)/g)];
  expect(commands.length).toBeGreaterThan(3);
  expect(commands.map(([, name = '']) => name).filter((name) => !(name in compose.services))).toEqual([]);
  // A second container would not see what the first one does.
  const started = [...section.matchAll(/docker compose run --rm vega-auth (\S+)/g)].map(([, name]) => name);
  expect(started).toEqual(['init']);
  const [key] = nginx.volumes.at(-1)?.split(':') ?? [];
  expect(listing('container-start')).toContain(`sudo chown 101 ${key}\n`);
  const files = [...section.matchAll(/`(Dockerfile|[\w-]+\.(?:yaml|conf|json))`/g)].map(
    ([, name = '']) => name,
  );
  expect(files.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  const [crontab] = codeBlocksOf(section).filter(({ language }) => language === 'cron');
  expect(crontab?.text).toMatch(
    /^30 2 \* \* \* {2}cd .* exec -T vega-auth vega-auth --mode=auto >> .* 2>&1$/m,
  );
});
