import { AsyncLocalStorage } from 'node:async_hooks';
import { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { Browser, BrowserContextOptions } from 'playwright';
import type { ProxySettings } from '../../domain/net/proxy.ts';
import type { ProcessMark } from '../../domain/process-mark.ts';
import { atMost } from '../at-most.ts';
import { killGroup } from '../kill-group.ts';
import { LoginFailure } from '../login/login-failure.ts';
import { LoginSession } from '../login/login-session.ts';
import { BrowserFolder } from './browser-folder.ts';
import { ChromiumMissing, findChromium } from './chromium.ts';
import { isSandboxTrouble, SandboxUnavailable, sandboxOff } from './chromium-sandbox.ts';
import { ForwardProxy } from './forward-proxy.ts';
import { importPlaywright } from './home.ts';

export interface BrowserOptions {
  readonly headless: boolean;
  readonly chromiumPath: string | null;
  /** False where the operator does without Chromium's sandbox; true unless told otherwise. */
  readonly sandbox?: boolean;
  /** This process, so that what the browser leaves is swept when it is dead. */
  readonly owner?: ProcessMark;
  /** The proxy on the way to the broker; null and nothing mean a direct way, whatever the machine is set to. */
  readonly proxy?: ProxySettings | null;
  /** How long the start may take. */
  readonly launchTimeoutMs?: number;
}

const LAUNCH_TIMEOUT_MS = 30_000;
const REACH_TIMEOUT_MS = 10_000;

/** A browser that still answers is gone within 200 ms; one that is stopped would be waited for half a minute. */
const CLOSE_TIMEOUT_MS = 3000;

/** Nothing is granted, not even by a person who is asked in a window; nothing is downloaded; nothing works unseen. */
const CONTEXT: BrowserContextOptions = { serviceWorkers: 'block', acceptDownloads: false, permissions: [] };

/** One Chromium. It goes away with everything it started when it is disposed of, and when this process ends. */
export class BrokerBrowser {
  readonly #browser: Browser;
  readonly #processes: LaunchedProcesses;
  readonly #folder: BrowserFolder;
  readonly #way: ForwardProxy;

  private constructor(
    browser: Browser,
    processes: LaunchedProcesses,
    folder: BrowserFolder,
    way: ForwardProxy,
  ) {
    this.#way = way;
    this.#browser = browser;
    this.#processes = processes;
    this.#folder = folder;
  }

  static async launch(options: BrowserOptions): Promise<BrokerBrowser> {
    const executablePath = locate(options);
    // Loading Playwright takes longer than everything else at start, and most commands need no browser.
    const { chromium } = await importPlaywright();
    const processes = new LaunchedProcesses();
    const folder = createFolder(options);
    const way = await ForwardProxy.open({ proxy: options.proxy ?? null, isRefused: isOfGoogle });
    try {
      const browser = await folder.during(() =>
        processes.during(() =>
          chromium.launch({
            executablePath,
            headless: options.headless,
            chromiumSandbox: sandboxOff(options.sandbox ?? true) === null,
            timeout: options.launchTimeoutMs ?? LAUNCH_TIMEOUT_MS,
            proxy: { server: way.url, username: way.username, password: way.password.reveal() },
            env: { ...environment(), ...folder.environment },
            // Playwright would exit on SIGINT and swallow SIGTERM. What a signal means is the program's to say, and a
            // process that simply dies closes the pipe on which Chromium listens, whereupon it ends.
            handleSIGINT: false,
            handleSIGTERM: false,
            handleSIGHUP: false,
          }),
        ),
      );
      return new BrokerBrowser(browser, processes, folder, way);
    } catch (error) {
      // Playwright gives up at the timeout, and then asks the browser for another half minute to close itself.
      await processes.kill();
      await way[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
      if (isSandboxTrouble(error)) throw new SandboxUnavailable(executablePath, { cause: error });
      throw new LoginFailure('BROWSER_FAILED', `The browser ${executablePath} does not start.`, {
        cause: error,
      });
    }
  }

  /** False once it was closed or has died. */
  get isAlive(): boolean {
    return this.#browser.isConnected();
  }

  get version(): string {
    return this.#browser.version();
  }

  /** Whether anything answers at an address, whatever it is; nothing is typed or pressed there. */
  async canReach(address: string): Promise<boolean> {
    this.#way.allow(new URL(address).host);
    const context = await this.#browser.newContext(CONTEXT);
    try {
      const page = await context.newPage();
      return (await page.goto(address, { timeout: REACH_TIMEOUT_MS, waitUntil: 'commit' })) !== null;
    } catch {
      return false;
    } finally {
      await context.close();
    }
  }

  /** A context of its own: no cookie, no storage of an earlier run, and none kept afterwards. */
  async openSession(): Promise<LoginSession> {
    try {
      return await LoginSession.open(await this.#browser.newContext(CONTEXT), this.#way);
    } catch (error) {
      throw new LoginFailure('BROWSER_FAILED', 'The browser opens no page.', { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#browser.close().catch(() => undefined);
    await atMost(CLOSE_TIMEOUT_MS, closed);
    await this.#processes.kill();
    // By now it is dead. What is left for Playwright to do is to remove the profile.
    await atMost(CLOSE_TIMEOUT_MS, closed);
    await this.#way[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/**
 * What one launch started. Playwright tells the process of `launchServer` only, which opens a port, and of no launch
 * that fails; the executable may be a shell script with Chromium below it. So Node itself is asked: it announces each
 * child in the asynchronous context of the call that starts it. Playwright makes it the leader of a process group, in
 * which Chromium's own children stay (but its crash handler, which ends when they do).
 */
class LaunchedProcesses {
  static readonly #current = new AsyncLocalStorage<LaunchedProcesses>();
  readonly #leaders: ChildProcess[] = [];

  static {
    subscribe('child_process', (message) => {
      const started = (message as { readonly process?: unknown }).process;
      if (started instanceof ChildProcess) LaunchedProcesses.#current.getStore()?.add(started);
    });
  }

  during<Result>(work: () => Promise<Result>): Promise<Result> {
    return LaunchedProcesses.#current.run(this, work);
  }

  /** Returns once the leaders are dead, or cannot be waited for any longer. */
  async kill(): Promise<void> {
    const living = this.#leaders.filter(isRunning);
    const ends = living.map((leader) => new Promise((resolve) => leader.once('close', resolve)));
    for (const leader of living) killGroup(leader.pid);
    await atMost(CLOSE_TIMEOUT_MS, Promise.all(ends));
  }

  add(leader: ChildProcess): void {
    this.#leaders.push(leader);
    // A leader that ends by itself, crashed or told to, leaves the others behind.
    leader.once('exit', () => killGroup(leader.pid));
  }
}

const isRunning = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null;

/**
 * Full Chromium talks to Google on its own account, and tells it about the fields of every form. These hosts are no
 * part of a login; the pages' own requests to others, fonts and captchas included, go on.
 */
const GOOGLE =
  /^(?:(?:accounts|android\.clients|clients[^.]*|mtalk)\.google\.com|(?:clientservices|content-autofill|optimizationguide-pa|safebrowsing[^.]*|update)\.googleapis\.com|.*\.gvt1\.com)$/i;
const isOfGoogle = (hostname: string): boolean => GOOGLE.test(hostname);

/** Our secrets are none of the browser's business. */
const environment = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:UPSTOX|VEGA)_/.test(name)));

const createFolder = ({ owner = { id: process.pid, birth: null } }: BrowserOptions): BrowserFolder => {
  try {
    return BrowserFolder.create(owner);
  } catch (error) {
    throw new LoginFailure(
      'BROWSER_FAILED',
      'The browser gets no folder: the temporary one cannot be written.',
      {
        cause: error,
      },
    );
  }
};

const locate = (options: BrowserOptions): string => {
  try {
    const found = findChromium({
      headless: options.headless,
      chromiumPath: options.chromiumPath ?? undefined,
    });
    if (found === undefined) throw new ChromiumMissing(options.headless);
    return found.executablePath;
  } catch (error) {
    throw new LoginFailure(
      'BROWSER_FAILED',
      error instanceof Error ? error.message : 'No browser was found.',
    );
  }
};
