import { statfs } from 'node:fs/promises';
import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { askClockSkew, MAX_CLOCK_SKEW_MS } from '../../broker/api/clock-skew.ts';
import { BrokerBrowser, type BrowserOptions } from '../../broker/chromium/broker-browser.ts';
import { SandboxUnavailable, sandboxOff } from '../../broker/chromium/chromium-sandbox.ts';
import type { Finding, HealthDetail } from '../../domain/health.ts';
import type { Clock } from '../clock.ts';

/** What is tried rather than looked up. */
export interface TrialOptions {
  readonly browser: BrowserOptions;
  readonly api: BrokerApi;
  readonly profileTimeoutMs: number;
  readonly clock: Clock;
}

const MEGABYTE = 1_000_000;
/** Backups, the write-ahead log and the spill file need some of it on the worst of days. */
const [LOW_MEGABYTES, EMPTY_MEGABYTES] = [200, 20];

/** A browser is costly: whoever asks while one is being tried shares the answer. */
const trials = new WeakMap<BrowserOptions, Promise<Trial>>();

export interface Trial {
  readonly findings: readonly Finding[];
  readonly details: readonly HealthDetail[];
}

/** Starts a browser and closes it; where a proxy is set, it opens the broker's address through it. */
export const tryBrowser = (browser: BrowserOptions, api: BrokerApi): Promise<Trial> => {
  const underWay = trials.get(browser);
  if (underWay !== undefined) return underWay;
  const trial = launch(browser, api).finally(() => trials.delete(browser));
  trials.set(browser, trial);
  return trial;
};

const launch = async (browser: BrowserOptions, api: BrokerApi): Promise<Trial> => {
  try {
    await using launched = await BrokerBrowser.launch(browser);
    const isReached = api.proxy === null || (await launched.canReach(api.baseUrl));
    const unreached: Finding = {
      component: 'BROWSER',
      state: 'DOWN',
      message: `The browser does not reach the broker through the proxy ${api.proxyName}.`,
      nextAction:
        'Check HTTPS_PROXY and NO_PROXY, and whether Chromium trusts the certificates of the proxy.',
    };
    return {
      findings: [...sandboxFindings(browser), ...(isReached ? [] : [unreached])],
      details: [{ component: 'BROWSER', text: `Chromium ${launched.version}` }],
    };
  } catch (error) {
    const window = browser.headless ? '' : ' With UPSTOX_HEADLESS=false it needs a display, too.';
    return found({
      component: 'BROWSER',
      state: 'DOWN',
      message: error instanceof Error ? error.message : 'The browser does not start.',
      nextAction:
        error instanceof SandboxUnavailable
          ? ALLOW_SANDBOX
          : `Run \`vega-auth setup\`, or set VEGA_CHROMIUM_PATH to one that starts.${window}`,
    });
  }
};

const found = (finding: Finding): Trial => ({ findings: [finding], details: [] });

const ALLOW_SANDBOX =
  'Allow user namespaces (a container: a seccomp profile that lets Chromium make them), or do without with VEGA_CHROMIUM_SANDBOX=off.';

/** What a page could do if it broke out of Chromium is told, though the browser works. */
export const sandboxFindings = (browser: BrowserOptions): readonly Finding[] => {
  const off = sandboxOff(browser.sandbox ?? true);
  if (off === null) return [];
  const isRoot = off === 'ROOT';
  return [
    {
      component: 'BROWSER',
      state: 'OK',
      message: `The browser runs without its sandbox, because ${isRoot ? 'root runs vega-auth' : 'VEGA_CHROMIUM_SANDBOX is off'}.`,
      nextAction: isRoot
        ? 'Run vega-auth as another user.'
        : 'Allow user namespaces, and take VEGA_CHROMIUM_SANDBOX away.',
    },
  ];
};

/** A code of a wrong time counts as a wrong attempt, so the clock is compared before any is made. */
export const tryClock = async ({ api, profileTimeoutMs, clock }: TrialOptions): Promise<Trial> => {
  const skew = await askClockSkew(api, profileTimeoutMs, clock);
  if (skew === null) {
    const way = api.proxy === null ? 'the internet connection' : `the proxy ${api.proxyName}`;
    return found({
      component: 'CLOCK',
      state: 'UNKNOWN',
      message: 'The broker does not tell its time, so the clock was not compared.',
      nextAction: `Check ${way} and the broker's status page.`,
    });
  }
  const seconds = Math.round(skew.milliseconds / 1000);
  const text =
    seconds === 0
      ? "This machine's clock agrees with the broker's to the second."
      : `This machine's clock is ${seconds} s ${skew.direction} the broker's.`;
  if (skew.milliseconds <= MAX_CLOCK_SKEW_MS)
    return { findings: [], details: [{ component: 'CLOCK', text }] };
  return found({
    component: 'CLOCK',
    state: 'DOWN',
    message: text,
    nextAction: 'Set it (switch on NTP): no login is tried with a wrong clock.',
  });
};

export const tryDisk = async (folder: string): Promise<Trial> => {
  const room = await roomIn(folder);
  if (room === null) return { findings: [], details: [] };
  const text = `${room.toLocaleString('en')} MB are left beside the database.`;
  if (room >= LOW_MEGABYTES) return { findings: [], details: [{ component: 'DISK', text }] };
  return found({
    component: 'DISK',
    state: room < EMPTY_MEGABYTES ? 'DOWN' : 'DEGRADED',
    message: text,
    nextAction: 'Make room: a full disk keeps tokens in memory and in the spill file only.',
  });
};

/** Megabytes that this user can still write; null where nobody tells. */
const roomIn = async (folder: string): Promise<number | null> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return Math.floor((bavail * bsize) / MEGABYTE);
  } catch {
    return null;
  }
};
