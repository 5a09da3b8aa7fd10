import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { openFolder } from '../support/folder.ts';
import { buildContext, type Packed, pack } from '../support/packed.ts';
import { until } from '../support/test-app.ts';
import { debianProgram } from '../support/unpacked.ts';
import { argumentsOf, commandsOf, readStages, textsOf } from './dockerfile.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const [BUILD, FINAL] = readStages();
const SETTINGS = Object.fromEntries(
  textsOf(FINAL, 'ENV').flatMap((text) => text.split(' ').map((pair) => pair.split('='))),
) as Record<string, string>;
const [USER = ''] = textsOf(FINAL, 'USER');
const [USER_ID = ''] = USER.split(':');
const [FOLDER = ''] = textsOf(FINAL, 'WORKDIR');
const IS_ROOT = process.getuid?.() === 0;

const isThere = (program: string, ...args: string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );

test('both stages are one Debian with one Node that the package supports', () => {
  const { engines } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const [[build = ''] = [], [final = ''] = []] = [BUILD, FINAL].map((stage) => textsOf(stage, 'FROM'));
  const [, version] = /^node:(\d+)-bookworm AS build$/.exec(build) ?? [];
  expect(final).toBe(`node:${version}-bookworm-slim`);
  const [, low, high] = /^>=(\d+)\.\d+ <(\d+)$/.exec(engines.node) ?? [];
  expect(Number(version)).toBeGreaterThan(Number(low));
  expect(Number(version)).toBeLessThan(Number(high));
});

test('the build gets what it needs of the repository, and nothing that holds a secret', () => {
  const context = buildContext();
  const copied = textsOf(BUILD, 'COPY').flatMap((text) => text.split(' ').slice(0, -1));
  expect([...context, ...copied].filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  expect(copied.filter((name) => name !== '.' && !context.includes(name))).toEqual([]);
  const secret = /^(?:\.env|\.vega|\.git|node_modules|dist|test|.*\.db)/;
  expect(context.filter((name) => secret.test(name))).toEqual([]);
});

test('Debian has the packages of the image', async () => {
  const [line = ''] = commandsOf(FINAL).filter((command) => command.startsWith('apt-get install'));
  const names = line.split(' ').filter((word, index) => index > 1 && !word.startsWith('-'));
  expect(names).toEqual(['chromium-headless-shell', 'tini']);
  if (!(await isThere('apt-cache', 'show', ...names))) return;
  const { stdout } = await run('sh', ['-c', line.replace('install', 'install --simulate')]);
  const installed = await Promise.all(names.map((name) => isThere('dpkg', '--status', name)));
  const added = names.filter((name, index) => !installed[index] || stdout.includes(`Inst ${name} `));
  expect(added.filter((name) => !stdout.includes(`Inst ${name} `))).toEqual([]);
});

/** The steps of the Dockerfile in a folder: what it calls `/data` is `data` there. */
const build = (root: string, { tarball, project }: Packed) => {
  const inside = (text: string) =>
    text.replace(/(?<![\w:./-])\/(?:opt|data|tmp|usr\/local\/bin)(?![\w.-])/g, (place) => `${root}${place}`);
  for (const name of ['opt', 'usr/local/bin', 'tmp']) mkdirSync(path.join(root, name), { recursive: true });
  chmodSync(root, 0o755);
  chmodSync(path.join(root, 'tmp'), 0o1777);
  // `pack` has done what these do: its project has the dependencies of the lock file without those of the build.
  const done = /^(?:npm (?:ci|pack|prune)\b|apt-get |rm )/;
  const moved = /^mv node_modules (\S+)\/$/;
  for (const command of [...commandsOf(BUILD), ...commandsOf(FINAL)]) {
    if (done.test(command)) continue;
    const [, target] = moved.exec(command) ?? [];
    if (target !== undefined) {
      symlinkSync(path.join(project, 'node_modules'), inside(`${target}/node_modules`));
      continue;
    }
    // Only root gives a folder away.
    const own = IS_ROOT ? command : command.replace(/ -[og] \d+/g, '');
    execFileSync('sh', ['-c', inside(own)], { cwd: path.dirname(tarball) });
  }
  return inside;
};

/** A profile and a user of a container, as far as this machine has the means. */
const confinement = async (): Promise<string[]> => {
  const seccomp = [
    'python3',
    path.join(import.meta.dirname, 'under-seccomp.py'),
    path.join(ROOT, 'docs/container/seccomp.json'),
  ];
  const [python = '', ...args] = seccomp;
  const user = USER.split(':');
  const setpriv = [
    ...['setpriv', `--reuid=${user[0]}`, `--regid=${user[1]}`, '--clear-groups'],
    ...['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
  ];
  return [
    ...((await isThere(python, ...args, 'true')) ? seccomp : []),
    ...(IS_ROOT && (await isThere('setpriv', '--version')) ? setpriv : []),
  ];
};

test('the image runs the demo as a user without a name, and its check knows whether it is alive', async () => {
  using folder = openFolder();
  const inside = build(folder.directory, await pack());
  expect(await isThere('getent', 'passwd', USER_ID)).toBe(false);
  const [tini = '', ...entry] = argumentsOf(textsOf(FINAL, 'ENTRYPOINT')[0]);
  expect([tini, entry, argumentsOf(textsOf(FINAL, 'CMD')[0])]).toEqual([
    '/usr/bin/tini',
    ['--', 'vega-auth'],
    ['serve'],
  ]);
  expect(textsOf(FINAL, 'VOLUME')).toEqual([FOLDER]);

  const init = await debianProgram('tini', 'usr/bin/tini');
  const settings = Object.entries({
    ...SETTINGS,
    PATH: `${inside('/usr/local/bin')}:${path.dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: inside(SETTINGS.HOME ?? ''),
    TMPDIR: inside('/tmp'),
    VEGA_PORT: '0',
    VEGA_CHROMIUM_PATH: findChromium({ headless: true })?.executablePath,
  }).map(([name, value]) => `${name}=${value}`);
  const program = init === null ? entry.slice(1) : [init, ...entry];
  const confined = await confinement();
  const [command = '', ...args] = [...confined, 'env', '-i', ...settings, ...program, 'demo'];
  const child = spawn(command, args, { cwd: inside(FOLDER), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await until(
      'the demo to be ready or to end',
      () => said.includes('Ctrl-C') || child.exitCode !== null,
      60_000,
    );
    expect(said).toContain('\n6/6\n');
    expect(said).not.toMatch(/"level":"(?:error|fatal)"/);
    if (confined.includes('setpriv'))
      expect(standingOf(child.pid)).toEqual({ user: USER_ID, gainsNothing: '1' });
    const [, link = ''] = /by a link that works once:\n\n {2}(\S+)/.exec(said) ?? [];
    const page = await fetch(link);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('vega-page-key')]);
    expect(await healthOf(new URL(link).port)).toBe(true);

    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await healthOf(new URL(link).port)).toBe(false);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}, 120_000);

/** As which user a process runs, and whether it can gain no privilege. */
const standingOf = (id: number | undefined) => {
  const status = readFileSync(`/proc/${id}/status`, 'utf8');
  const valueIn = (name: string) => new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1];
  return { user: valueIn('Uid'), gainsNothing: valueIn('NoNewPrivs') };
};

/** What the check of the Dockerfile says, with the port that the server has here. */
const healthOf = (port: string): Promise<boolean> => {
  const [check] = textsOf(FINAL, 'HEALTHCHECK');
  const [program = '', ...args] = argumentsOf(check).map((word) =>
    word.replace(SETTINGS.VEGA_PORT ?? '', port),
  );
  expect([program, args.join(' ')]).toEqual(['node', expect.stringContaining(`127.0.0.1:${port}/livez`)]);
  return isThere(program, ...args);
};
