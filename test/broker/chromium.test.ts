import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { chromium } from 'playwright';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChromiumMissing,
  ChromiumPathInvalid,
  findChromium,
  type Machine,
} from '../../src/broker/chromium/chromium.ts';

const HEADLESS = { headless: true };
const WINDOW = { headless: false };

/** As Playwright itself loads its parts. */
const require = createRequire(createRequire(import.meta.url).resolve('playwright'));

/** The part of Playwright's internals that one test compares with. */
interface PlaywrightRegistry {
  readonly registryDirectory: string;
  readonly registry: { findExecutable(name: string): { executablePath(): string } };
}

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vega-chromium-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A machine that holds nothing but what the test puts below `root`. */
const machine = (env: Machine['env'] = {}, platform: NodeJS.Platform = 'linux'): Machine => ({
  platform,
  root,
  env: { HOME: join(root, 'home'), PATH: '', ...env },
});

const file = (mode: number, ...path: string[]): string => {
  const full = join(root, ...path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, '#!/bin/sh\n');
  chmodSync(full, mode);
  return full;
};

const executable = (...path: string[]): string => file(0o755, ...path);

const REVISION = /chromium-(\d+)/.exec(chromium.executablePath())?.[1] ?? 'unknown';

/** Lays out a download as Playwright does, marker included. */
const download = (
  browsers: string,
  name: 'chromium' | 'chromium_headless_shell',
  ...path: string[]
): string => {
  file(0o644, browsers, `${name}-${REVISION}`, 'INSTALLATION_COMPLETE');
  return executable(browsers, `${name}-${REVISION}`, ...path);
};

describe('VEGA_CHROMIUM_PATH', () => {
  it('wins over everything that is installed', () => {
    const chromiumPath = executable('elsewhere/my-chromium');
    executable('usr/bin/chromium');
    expect(findChromium({ ...HEADLESS, chromiumPath }, machine())).toEqual({
      executablePath: chromiumPath,
      source: 'VEGA_CHROMIUM_PATH',
    });
  });

  it.each([
    ['nothing', () => join(root, 'nowhere')],
    ['a folder', () => root],
    ['a file that may not be executed', () => file(0o644, 'notes.txt')],
  ])('is refused when it names %s, although another is installed', (_what, path) => {
    executable('usr/bin/chromium');
    const find = () => findChromium({ ...HEADLESS, chromiumPath: path() }, machine());
    expect(find).toThrow(ChromiumPathInvalid);
    expect(find).toThrowErrorMatchingInlineSnapshot(
      `[ChromiumPathInvalid: VEGA_CHROMIUM_PATH should be the full path of an executable Chromium, such as /usr/bin/chromium.]`,
    );
  });

  it('is refused when a window is wanted of a headless shell', () => {
    const chromiumPath = executable('usr/bin/chromium-headless-shell');
    expect(findChromium({ ...HEADLESS, chromiumPath }, machine())?.executablePath).toBe(chromiumPath);
    expect(() => findChromium({ ...WINDOW, chromiumPath }, machine())).toThrowErrorMatchingInlineSnapshot(
      `[ChromiumPathInvalid: VEGA_CHROMIUM_PATH should be a full Chromium when UPSTOX_HEADLESS is false: a headless shell has no window.]`,
    );
  });

  it('counts as absent when it is empty', () => {
    expect(findChromium({ ...HEADLESS, chromiumPath: '' }, machine())).toBeUndefined();
  });
});

describe("Playwright's download", () => {
  it('comes before what the system has', () => {
    executable('usr/bin/chromium-headless-shell');
    const shell = download(
      'browsers',
      'chromium_headless_shell',
      'chrome-headless-shell-linux64/chrome-headless-shell',
    );
    const found = findChromium(HEADLESS, machine({ PLAYWRIGHT_BROWSERS_PATH: join(root, 'browsers') }));
    expect(found).toEqual({ executablePath: shell, source: 'PLAYWRIGHT' });
  });

  it('is the shell without a window and the full browser with one', () => {
    const shell = download(
      'browsers',
      'chromium_headless_shell',
      'chrome-headless-shell-linux64/chrome-headless-shell',
    );
    const full = download('browsers', 'chromium', 'chrome-linux64/chrome');
    const here = machine({ PLAYWRIGHT_BROWSERS_PATH: join(root, 'browsers') });
    expect(findChromium(HEADLESS, here)?.executablePath).toBe(shell);
    expect(findChromium(WINDOW, here)?.executablePath).toBe(full);
  });

  it('may be the full browser without a window, never the shell with one', () => {
    const here = machine({ PLAYWRIGHT_BROWSERS_PATH: join(root, 'browsers') });
    download('browsers', 'chromium_headless_shell', 'chrome-headless-shell-linux64/chrome-headless-shell');
    expect(findChromium(WINDOW, here)).toBeUndefined();

    rmSync(join(root, 'browsers'), { recursive: true });
    const full = download('browsers', 'chromium', 'chrome-linux64/chrome');
    expect(findChromium(HEADLESS, here)?.executablePath).toBe(full);
  });

  it('is passed over when it was cut short', () => {
    executable(
      'browsers',
      `chromium_headless_shell-${REVISION}`,
      'chrome-headless-shell-linux64/chrome-headless-shell',
    );
    const here = machine({ PLAYWRIGHT_BROWSERS_PATH: join(root, 'browsers') });
    expect(findChromium(HEADLESS, here)).toBeUndefined();
  });

  it.each([
    ['linux', {}, 'home/.cache/ms-playwright', 'chrome-linux64/chrome'],
    ['linux', { XDG_CACHE_HOME: 'cache' }, 'cache/ms-playwright', 'chrome-linux64/chrome'],
    [
      'darwin',
      {},
      'home/Library/Caches/ms-playwright',
      'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
    ],
  ] as const)('is found in the cache folder of %s %o', (platform, env, browsers, path) => {
    const full = download(browsers, 'chromium', path);
    const absolute = Object.fromEntries(
      Object.entries(env).map(([name, folder]) => [name, join(root, folder)]),
    );
    expect(findChromium(HEADLESS, machine(absolute, platform))?.executablePath).toBe(full);
  });

  it("lies where Playwright's own registry puts it", () => {
    const bundle: { registry: PlaywrightRegistry } = require('playwright-core/lib/coreBundle');
    const { registry, registryDirectory } = bundle.registry;
    for (const [options, name] of [
      [WINDOW, 'chromium'],
      [HEADLESS, 'chromium-headless-shell'],
    ] as const) {
      const place = relative(registryDirectory, registry.findExecutable(name).executablePath());
      const [folder = '', ...path] = place.split(sep);
      file(0o644, 'browsers', folder, 'INSTALLATION_COMPLETE');
      const expected = executable('browsers', folder, ...path);
      const here = machine({ PLAYWRIGHT_BROWSERS_PATH: join(root, 'browsers') }, process.platform);
      expect(findChromium(options, here)).toEqual({ executablePath: expected, source: 'PLAYWRIGHT' });
    }
  });
});

describe('the system', () => {
  const order = [
    'chromium-headless-shell',
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
  ];

  it('is searched in a fixed order of names, the shell only without a window', () => {
    const places = order.map((name) => executable('usr/bin', name));
    for (const place of places) {
      expect(findChromium(HEADLESS, machine())).toEqual({ executablePath: place, source: 'SYSTEM' });
      if (place !== places[0]) expect(findChromium(WINDOW, machine())?.executablePath).toBe(place);
      rmSync(place);
    }
    expect(findChromium(HEADLESS, machine())).toBeUndefined();
  });

  it('opens no window with a headless shell', () => {
    executable('usr/bin/chromium-headless-shell');
    expect(findChromium(WINDOW, machine())).toBeUndefined();
  });

  it('is searched along PATH too, where a relative or empty entry is not followed', () => {
    const chrome = executable('opt/tools/google-chrome');
    const PATH = ['', 'bin', join(root, 'missing'), join(root, 'opt/tools')].join(':');
    expect(findChromium(WINDOW, machine({ PATH }))).toEqual({ executablePath: chrome, source: 'SYSTEM' });
  });

  it('is passed over where a file may not be executed', () => {
    file(0o644, 'usr/bin/chromium');
    const browser = executable('usr/bin/chromium-browser');
    expect(findChromium(HEADLESS, machine())?.executablePath).toBe(browser);
  });

  it('keeps its browsers in /Applications on macOS', () => {
    const other = executable('Applications/Chromium.app/Contents/MacOS/Chromium');
    expect(findChromium(WINDOW, machine({}, 'darwin'))?.executablePath).toBe(other);

    const chrome = executable('Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    expect(findChromium(WINDOW, machine({}, 'darwin'))?.executablePath).toBe(chrome);
    expect(findChromium(WINDOW, machine())).toBeUndefined();
  });
});

it('says in one sentence what to do when there is none', () => {
  expect([new ChromiumMissing(true).message, new ChromiumMissing(false).message]).toMatchInlineSnapshot(`
    [
      "No Chromium was found: run \`vega-auth setup\`, or set VEGA_CHROMIUM_PATH to the full path of one.",
      "No Chromium that can open a window was found: run \`vega-auth setup\`, or set VEGA_CHROMIUM_PATH to the full path of one.",
    ]
  `);
});
