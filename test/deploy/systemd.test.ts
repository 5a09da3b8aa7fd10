import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { listing, listings } from '../recipes/listings.ts';
import { openFolder } from '../support/folder.ts';
import { serviceOf } from './cluster-file.ts';

const run = promisify(execFile);
const SERVICES = ['vega-auth.service', 'vega-morning.service'];
/** The units of a machine that keeps its own file. */
const OWN_UNITS = [...SERVICES, 'vega-morning.timer'];
const WORKER = 'vega-work.service';
const UNITS = [...OWN_UNITS, WORKER];
const CONFINED = 'vega-.service.d/confined.conf';
const CLUSTER = 'vega-auth.service.d/cluster.conf';

/** The settings of a unit by section. */
const sectionsOf = (text: string): ReadonlyMap<string, ReadonlyMap<string, string>> =>
  new Map(
    text
      .split(/^\[/m)
      .slice(1)
      .map((part) => {
        const [heading = '', ...lines] = part.trim().split('\n');
        const settings = lines.flatMap((line): [string, string][] => {
          const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
          return name === undefined || value === undefined ? [] : [[name, value]];
        });
        return [heading.slice(0, -1), new Map(settings)];
      }),
  );

const settingOf = (unit: string, section: string, name: string) =>
  sectionsOf(listing(unit)).get(section)?.get(name);

/** Every setting that systemd knows and that the listings may use. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  Unit: ['Description', 'Wants', 'After', 'StartLimitIntervalSec'],
  Timer: ['OnCalendar', 'Persistent'],
  Install: ['WantedBy'],
  Service: [
    ...['Type', 'User', 'WorkingDirectory', 'ExecStart', 'Restart', 'RestartPreventExitStatus'],
    ...[
      'RestartSec',
      'TimeoutStopSec',
      'TimeoutStartSec',
      'UMask',
      'NoNewPrivileges',
      'CapabilityBoundingSet',
      'ProtectSystem',
    ],
    ...['ReadWritePaths', 'ProtectHome', 'PrivateTmp', 'PrivateDevices', 'ProtectClock'],
    ...['ProtectControlGroups', 'ProtectKernelLogs', 'ProtectKernelModules', 'ProtectKernelTunables'],
    ...['RestrictAddressFamilies', 'RestrictRealtime', 'RestrictSUIDSGID', 'LockPersonality'],
    ...['SystemCallArchitectures'],
  ],
};

const unknownSettings = (text: string): string[] =>
  [...sectionsOf(text)].flatMap(([section, settings]) =>
    [...settings.keys()].filter((name) => !KNOWN[section]?.includes(name)),
  );

/** What systemd has against units of these texts; null where it is not installed. */
const complaints = async (texts: ReadonlyMap<string, string>): Promise<string | null> => {
  using folder = openFolder();
  for (const [name, text] of texts) {
    const file = path.join(folder.directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const units = UNITS.map((name) => path.join(folder.directory, name));
  try {
    const { stderr } = await run('systemd-analyze', ['verify', ...units]);
    return ours(stderr, folder.directory);
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    return code === 'ENOENT' ? null : ours(stderr, folder.directory);
  }
};

/** Units of the machine itself may have faults of their own. */
const ours = (said: string, folder: string): string =>
  said
    .split('\n')
    .filter((line) => line.includes(folder) || /vega-/.test(line))
    .join('\n');

const texts = new Map([...UNITS, CONFINED, CLUSTER].map((name) => [name, listing(name)]));

test('systemd has nothing against the units of the documents', async () => {
  expect([...listings.keys()].filter((name) => /\.(?:service|timer|conf)$/.test(name)).sort()).toEqual(
    [...texts.keys()].sort(),
  );
  expect([...texts.values()].flatMap(unknownSettings)).toEqual([]);
  expect((await complaints(texts)) ?? '').toBe('');
});

test('a fault in a unit, and one in the file for all of them, is found', async () => {
  const broken = new Map([
    ...texts,
    [CONFINED, `${listing(CONFINED)}ProtectHoem=yes\n`],
    ['vega-auth.service', listing('vega-auth.service').replace('/usr/bin/env', '/usr/bin/there-is-none')],
  ]);
  expect([...broken.values()].flatMap(unknownSettings)).toEqual(['ProtectHoem']);
  const found = await complaints(broken);
  if (found === null) return;
  expect(found).toContain('ProtectHoem');
  expect(found).toContain('/usr/bin/there-is-none');
});

test('both services run as the same user in the same folder, which they may write, and share the browser lock', () => {
  const all = (name: string) => SERVICES.map((unit) => settingOf(unit, 'Service', name));
  const [user, folder] = [all('User')[0], all('WorkingDirectory')[0]];
  expect([all('User'), all('WorkingDirectory')]).toEqual([
    [user, user],
    [folder, folder],
  ]);
  expect(settingOf(CONFINED, 'Service', 'ReadWritePaths')).toBe(`${folder} /tmp`);
  expect(settingOf(CONFINED, 'Service', 'PrivateTmp')).toBe('no');
  expect(listing('systemd-install')).toContain(`--home-dir ${folder} `);
  expect(listing('systemd-install')).toMatch(new RegExp(`^sudo useradd .* ${user}$`, 'm'));
});

test('Chromium and Node keep what they need', () => {
  const names = [...(sectionsOf(listing(CONFINED)).get('Service')?.keys() ?? [])];
  const forbidden = ['RestrictNamespaces', 'SystemCallFilter', 'MemoryDenyWriteExecute', 'ProtectProc'];
  expect(names.filter((name) => forbidden.includes(name))).toEqual([]);
});

test('the install commands enable the units that can be enabled', () => {
  const [, named = ''] = /^sudo systemctl enable --now (.*)$/m.exec(listing('systemd-install')) ?? [];
  const installable = OWN_UNITS.filter((name) => sectionsOf(listing(name)).has('Install'));
  expect(named.split(' ')).toEqual(installable);
});

test('in a cluster a start without the database is tried again, and a worker has the time for its login', () => {
  expect(settingOf(CLUSTER, 'Service', 'RestartPreventExitStatus')).toBe('');
  expect(settingOf(WORKER, 'Service', 'RestartPreventExitStatus')).toBeUndefined();
  for (const unit of [CLUSTER, WORKER]) {
    expect(settingOf(unit, 'Unit', 'StartLimitIntervalSec')).toBe('0');
    expect(settingOf(unit, 'Service', 'RestartSec')).toBe('5');
  }
  const [user, folder] = ['User', 'WorkingDirectory'].map((name) =>
    settingOf('vega-auth.service', 'Service', name),
  );
  expect(settingOf(WORKER, 'Service', 'User')).toBe(user);
  expect(settingOf(WORKER, 'Service', 'WorkingDirectory')).toBe(folder);
  const minutes = /^(\d+)min$/.exec(settingOf(WORKER, 'Service', 'TimeoutStopSec') ?? '')?.[1];
  expect(`${minutes}m`).toBe(serviceOf('worker-1').stop_grace_period);
});
