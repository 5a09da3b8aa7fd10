import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import { sweepBrowserFolders } from '../../src/broker/chromium/browser-folder.ts';
import { isSurelyDead, markOf } from '../../src/db/files/process-mark.ts';
import { runUntil } from '../support/crash.ts';
import { environmentOf, openBroker, openTestApp, until } from '../support/test-app.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vega-sweep-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const launch = () => BrokerBrowser.launch({ headless: true, chromiumPath: null, owner: markOf(process.pid) });

test('everything that a browser writes lies in one folder that only this user can enter', async () => {
  const browser = await launch();
  await browser.openSession();
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(name).toMatch(new RegExp(`^vega-auth-chromium-${process.pid}-`));
  expect(lstatSync(path.join(folder, name)).mode & 0o777).toBe(0o700);
  expect(readdirSync(path.join(folder, name))).toEqual(
    expect.arrayContaining([
      expect.stringContaining('playwright-artifacts-'),
      expect.stringContaining('playwright_chromiumdev_profile-'),
    ]),
  );

  expect(await sweepBrowserFolders(isSurelyDead)).toBe(0);
  expect(readdirSync(folder)).toEqual([name]);
  await browser[Symbol.asyncDispose]();
  expect(readdirSync(folder)).toEqual([]);
});

test('what a program has left that was killed in the middle of a login is removed at the next start', async () => {
  await using broker = await openBroker();
  const { signal } = await runUntil(folder, environmentOf(broker, 1), 'OTP_SUBMITTED', 1);
  expect(signal).toBe('SIGKILL');
  const temporary = path.join(folder, 'tmp');
  const left = () => readdirSync(temporary).filter((name) => /playwright|chromium|crashes/.test(name));
  expect(left()).toEqual([expect.stringMatching(/^vega-auth-chromium-\d+-\w{6}$/)]);
  mkdirSync(path.join(temporary, 'playwright_chromiumdev_profile-XXXXXX'));

  vi.stubEnv('TMPDIR', temporary);
  const directory = path.join(folder, 'desk');
  mkdirSync(directory);
  await using _testApp = await openTestApp({ broker, directory });
  await until('the sweep', () => left().every((name) => name.startsWith('playwright')));
  // Another program's, for all that can be told.
  expect(left()).toEqual(['playwright_chromiumdev_profile-XXXXXX']);
}, 90_000);

describe('a sweep', () => {
  /** A process that is dead by now. */
  const deadMark = async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    const mark = markOf(child.pid ?? 0);
    await once(child, 'exit');
    return mark;
  };

  const plant = (name: string, owner: unknown): string => {
    const place = path.join(folder, name);
    mkdirSync(path.join(place, 'profile'), { recursive: true, mode: 0o700 });
    if (owner !== undefined) writeFileSync(path.join(place, 'owner.json'), JSON.stringify(owner));
    return place;
  };

  const age = (place: string) => utimesSync(place, new Date(0), new Date(0));

  test('removes what is signed by a dead process, and an old one that nobody signed', async () => {
    const dead = await deadMark();
    const signed = plant(`vega-auth-chromium-${dead.id}-AAAAAA`, dead);
    const old = plant(`vega-auth-chromium-${dead.id}-BBBBBB`, undefined);
    age(old);
    expect(await sweepBrowserFolders(isSurelyDead)).toBe(2);
    expect([signed, old].map((place) => existsSync(place))).toEqual([false, false]);
  });

  test('knows a dead process also when its id belongs to another one by now', async () => {
    const before = { ...markOf(process.pid), birth: `${markOf(process.pid).birth}0` };
    plant(`vega-auth-chromium-${process.pid}-AAAAAA`, before);
    expect(await sweepBrowserFolders(isSurelyDead)).toBe(1);
  });

  test('leaves alone what lives, what it cannot judge and what is not ours', async () => {
    const dead = await deadMark();
    const living = markOf(process.pid);
    const [boot, , start] = living.birth?.split(' ') ?? [];
    const names = [
      plant(`vega-auth-chromium-${living.id}-AAAAAA`, living),
      plant(`vega-auth-chromium-${dead.id}-BBBBBB`, undefined),
      plant(`vega-auth-chromium-${dead.id}-CCCCCC`, { id: dead.id }),
      plant(`vega-auth-chromium-${dead.id}-DDDDDD`, { ...dead, id: dead.id + 1 }),
      // A process of another container, which cannot be seen from here.
      plant(`vega-auth-chromium-${dead.id}-EEEEEE`, {
        id: dead.id,
        birth: `${boot} pid:[1] ${start}`,
      }),
      plant(`vega-auth-chromium-${dead.id}-FFFFFF.old`, dead),
      plant('playwright_chromiumdev_profile-GGGGGG', dead),
    ];
    expect(await sweepBrowserFolders(isSurelyDead)).toBe(0);
    expect(names.filter((name) => !existsSync(name))).toEqual([]);
  });

  test('follows no link, neither in the place of a folder nor inside of one', async () => {
    const dead = await deadMark();
    const treasure = plant('treasure', dead);
    writeFileSync(path.join(treasure, 'kept'), 'kept');
    symlinkSync(treasure, path.join(folder, `vega-auth-chromium-${dead.id}-AAAAAA`));
    const inside = plant(`vega-auth-chromium-${dead.id}-BBBBBB`, dead);
    symlinkSync(treasure, path.join(inside, 'profile', 'link'));
    const signedByLink = plant(`vega-auth-chromium-${dead.id}-CCCCCC`, undefined);
    symlinkSync(path.join(treasure, 'owner.json'), path.join(signedByLink, 'owner.json'));

    expect(await sweepBrowserFolders(isSurelyDead)).toBe(1);
    expect(readFileSync(path.join(treasure, 'kept'), 'utf8')).toBe('kept');
    expect([existsSync(inside), existsSync(signedByLink)]).toEqual([false, true]);
  });
});
