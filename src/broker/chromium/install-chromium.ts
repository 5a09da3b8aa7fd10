import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Browser } from 'playwright';
import { BrowserFolder } from './browser-folder.ts';
import { browsersDirectory, type Chromium, findChromium } from './chromium.ts';
import { importPlaywright } from './home.ts';

const LAUNCH_MS = 30_000;

/**
 * An installer that says nothing for so long is stuck. Playwright reports every tenth of its download; apt-get has
 * network timeouts of its own, says nothing during a large file, and should not be stopped while it installs.
 */
const SILENCE_MS = { playwright: 60_000, apt: 600_000 };

/** What has to start, and who is told how it goes. */
export interface WantedChromium {
  readonly chromiumPath: string | undefined;
  readonly headless: boolean;
  /** Told of every step, a line at a time. */
  readonly say: (line: string) => void;
  /** Ends the installer that is at work; there is no other one after it. */
  readonly signal: AbortSignal;
}

/** One way to a Chromium that starts. Whether it worked is never asked of the installer: the launch proves it. */
interface Installer {
  readonly says: string;
  readonly applies: () => boolean;
  readonly install: () => Promise<unknown>;
}

/** Answers a Chromium that starts, with an installation where there is none yet, or says why that cannot be had. */
export async function installChromium(wanted: WantedChromium): Promise<Chromium> {
  const { say, signal } = wanted;
  const found = findChromium(wanted);
  let trouble = found && (await launchTrouble(found));
  if (found && !trouble) return found;
  if (wanted.chromiumPath) {
    throw new Error(
      `VEGA_CHROMIUM_PATH should be a Chromium that starts, and this one does not: ${trouble}.`,
    );
  }
  if (found) say(`${found.executablePath} does not start: ${trouble}.`);

  for (const { says, applies, install } of installers(wanted)) {
    if (!applies()) continue;
    say(says);
    await install();
    signal.throwIfAborted();
    const installed = findChromium(wanted);
    trouble = installed && (await launchTrouble(installed));
    if (installed && !trouble) return installed;
  }

  throw new Error(whatToDo(wanted.headless, trouble));
}

function installers(wanted: WantedChromium): readonly Installer[] {
  const { headless } = wanted;
  const isDownloaded = () => findChromium(wanted)?.source === 'PLAYWRIGHT';
  return [
    {
      says: "Downloading Playwright's Chromium (about 120 MB) ...",
      applies: () => !isDownloaded() && browsersDirectory() !== null,
      install: () =>
        playwright(
          wanted,
          SILENCE_MS.playwright,
          'install',
          headless ? '--only-shell' : '--no-shell',
          'chromium',
        ),
    },
    {
      says: "Installing the system libraries that Playwright's Chromium lacks ...",
      applies: () => isDownloaded() && mayUseApt(),
      install: () => playwright(wanted, SILENCE_MS.apt, 'install-deps', 'chromium'),
    },
    {
      says: "Installing the system's Chromium with apt-get (about 100 MB) ...",
      applies: mayUseApt,
      install: async () => {
        await apt(wanted, 'update');
        // Older Debians have no package of the headless shell alone.
        return (
          (headless && (await aptInstall(wanted, 'chromium-headless-shell'))) ||
          aptInstall(wanted, 'chromium')
        );
      },
    },
  ];
}

/**
 * What keeps it from starting, if anything. Without a window: setting up should not flash one, nor need a display.
 * Without the sandbox: another Chromium would not get one either, and `vega-auth doctor` tells of that.
 */
async function launchTrouble({ executablePath }: Chromium): Promise<string | undefined> {
  const { chromium } = await importPlaywright();
  let browser: Browser | undefined;
  await using folder = BrowserFolder.create({ id: process.pid, birth: null });
  const launch = async () => {
    browser = await folder.during(() =>
      chromium.launch({ executablePath, headless: true, timeout: LAUNCH_MS }),
    );
    const page = await browser.newPage();
    await page.goto('about:blank');
    await browser.close();
  };
  const tooLate = async () => {
    await after(LAUNCH_MS, undefined, { ref: false });
    throw new Error(`it did not open a blank page within ${LAUNCH_MS / 1000} s`);
  };

  try {
    await Promise.race([launch(), tooLate()]);
    return undefined;
  } catch (error) {
    // One that hangs would keep the program alive; Playwright kills it when it does not close.
    void browser?.close().catch(() => undefined);
    const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
    const [firstLine = text] = text.replace(/^browserType\.launch: /, '').split('\n');
    return /error while loading shared libraries: .*/.exec(text)?.[0] ?? firstLine;
  }
}

function playwright(wanted: WantedChromium, silenceMs: number, ...args: string[]): Promise<boolean> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js');
  // Playwright tries five times: 8 s each keeps a host that never answers under a minute.
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '8000', ...process.env };
  return run(
    wanted,
    process.execPath,
    [cli, ...args],
    env,
    silenceMs,
    /^\||^Error: (?!Fail|Download failure)|^E: /,
  );
}

const aptInstall = (wanted: WantedChromium, name: string): Promise<boolean> =>
  apt(wanted, 'install', '-y', '--no-install-recommends', name);

function apt(wanted: WantedChromium, ...args: string[]): Promise<boolean> {
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=60', '-o', 'Acquire::http::Timeout=20'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run(
    wanted,
    'apt-get',
    [...options, ...args],
    env,
    SILENCE_MS.apt,
    /^E: |^Need to get |^Setting up chromium/,
  );
}

function mayUseApt(): boolean {
  return process.getuid?.() === 0 && hasApt();
}

function hasApt(): boolean {
  if (process.platform !== 'linux') return false;
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'apt-get')));
}

/** Runs a program, shows those lines of its output that match, each once, and stops it when it falls silent. */
function run(
  { say, signal }: WantedChromium,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  silenceMs: number,
  shows: RegExp,
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    const shown = new Set<string>();
    const silence = setTimeout(() => {
      say(`  gave up after ${silenceMs / 1000} s of silence`);
      child.kill();
      finish(false);
    }, silenceMs);
    const finish = (worked: boolean) => {
      clearTimeout(silence);
      resolve(worked);
    };

    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (raw) => {
        silence.refresh();
        const line = stripVTControlCharacters(raw).trimEnd();
        if (!shows.test(line) || shown.has(line)) return;
        shown.add(line);
        say(`  ${line}`);
      });
    }
    child.on('error', () => finish(false));
    child.on('close', (code) => finish(code === 0));
  });
}

function whatToDo(headless: boolean, trouble: string | undefined): string {
  const what = trouble ? `No Chromium starts here (${trouble})` : 'No Chromium could be installed here';
  const name = headless ? 'chromium-headless-shell' : 'chromium';
  const install = hasApt()
    ? `run \`sudo apt-get install ${name}\``
    : 'install Google Chrome or Chromium yourself';
  return `${what}: ${install}, or set VEGA_CHROMIUM_PATH to the full path of one.`;
}
