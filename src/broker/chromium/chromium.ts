import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

import { isExecutable } from '../is-executable.ts';
import { homeOf } from './home.ts';

export interface Chromium {
  readonly executablePath: string;
  readonly source: 'VEGA_CHROMIUM_PATH' | 'PLAYWRIGHT' | 'SYSTEM';
}

/** What the search depends on besides its options. `root` is where absolute places begin. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly root: string;
}

export class ChromiumMissing extends Error {
  constructor(headless: boolean) {
    const what = headless ? 'No Chromium was found' : 'No Chromium that can open a window was found';
    super(`${what}: run \`vega-auth setup\`, or set VEGA_CHROMIUM_PATH to the full path of one.`);
    this.name = 'ChromiumMissing';
  }
}

export class ChromiumPathInvalid extends Error {
  constructor(shouldBe: string) {
    super(`VEGA_CHROMIUM_PATH should be ${shouldBe}.`);
    this.name = 'ChromiumPathInvalid';
  }
}

const THIS_MACHINE: Machine = { platform: process.platform, env: process.env, root: '/' };

/** Looks at files only, nothing is started; `vega-auth setup` is what proves that the answer launches. */
export function findChromium(
  options: { chromiumPath?: string | null | undefined; headless: boolean },
  machine: Machine = THIS_MACHINE,
): Chromium | undefined {
  if (options.chromiumPath) {
    return { executablePath: given(options.chromiumPath, options.headless), source: 'VEGA_CHROMIUM_PATH' };
  }

  const downloaded = playwrightPlaces(options.headless, machine).find(isExecutable);
  if (downloaded) return { executablePath: downloaded, source: 'PLAYWRIGHT' };

  const installed = systemPlaces(options.headless, machine).find(isExecutable);
  return installed ? { executablePath: installed, source: 'SYSTEM' } : undefined;
}

function given(path: string, headless: boolean): string {
  if (!isExecutable(path)) {
    throw new ChromiumPathInvalid('the full path of an executable Chromium, such as /usr/bin/chromium');
  }
  if (!headless && /headless[-_]shell/.test(basename(path))) {
    throw new ChromiumPathInvalid(
      'a full Chromium when UPSTOX_HEADLESS is false: a headless shell has no window',
    );
  }
  return path;
}

/**
 * Playwright's own folders, read from disk: importing it costs 150 ms, it names only the full browser, and it fixes
 * its browsers directory at import. `test/broker/chromium.test.ts` compares the result with Playwright's registry.
 */
function playwrightPlaces(headless: boolean, machine: Machine): string[] {
  const playwright = createRequire(import.meta.url).resolve('playwright/package.json');
  // The list of browsers lies in a package of Playwright's own.
  const require = createRequire(playwright);
  const packageRoot = dirname(require.resolve('playwright-core/package.json'));
  const { browsers }: { browsers: { name: string; revision: string }[] } = require(
    join(packageRoot, 'browsers.json'),
  );
  const directory = browsersDirectory(machine, packageRoot);
  if (directory === null) return [];
  const executables: Record<string, string> = {
    'chromium-headless-shell': 'chrome-headless-shell',
    chromium:
      machine.platform === 'darwin'
        ? 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing'
        : 'chrome',
  };

  return (headless ? ['chromium-headless-shell', 'chromium'] : ['chromium']).flatMap((name) => {
    const revision = browsers.find((browser) => browser.name === name)?.revision;
    const download = join(directory, `${name.replaceAll('-', '_')}-${revision}`);
    // The marker is written last: without it the download was cut short.
    if (!existsSync(join(download, 'INSTALLATION_COMPLETE'))) return [];
    return readdirSync(download).map((folder) => join(download, folder, executables[name] ?? ''));
  });
}

/** Where Playwright keeps its browsers; null where nobody has said so and there is no home folder. */
export function browsersDirectory(
  { platform, env }: Machine = THIS_MACHINE,
  packageRoot = '',
): string | null {
  const chosen = env.PLAYWRIGHT_BROWSERS_PATH;
  if (chosen === '0') return join(packageRoot, '.local-browsers');
  if (chosen) return resolve(env.INIT_CWD || process.cwd(), chosen);

  if (platform !== 'darwin' && env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'ms-playwright');
  const home = homeOf(env);
  if (home === null) return null;
  return join(home, platform === 'darwin' ? 'Library/Caches' : '.cache', 'ms-playwright');
}

function systemPlaces(headless: boolean, { platform, env, root }: Machine): string[] {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  if (headless) names.unshift('chromium-headless-shell');
  const folders = [join(root, 'usr/bin'), ...(env.PATH ?? '').split(delimiter).filter(isAbsolute)];
  const commands = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  if (platform !== 'darwin') return commands;

  const applications = ['Google Chrome', 'Chromium'].map((name) =>
    join(root, 'Applications', `${name}.app`, 'Contents/MacOS', name),
  );
  return [...applications, ...commands];
}
