import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { sandboxOff } from '../../src/broker/chromium/chromium-sandbox.ts';
import { LoginFailure } from '../../src/broker/login/login-failure.ts';
import { tryBrowser } from '../../src/services/health/system-trials.ts';
import { repetitions } from '../support/repetitions.ts';

const API = new BrokerApi('http://127.0.0.1:9');

/** One process as Linux shows it; a zombie has state Z. */
interface Process {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

const processes = (): readonly Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => toProcess(Number(name)) ?? []);

const toProcess = (id: number): Process | null => {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)/s.exec(text) ?? [];
    const [state = '', parent, group] = rest.split(' ');
    return { id, name, state, parent: Number(parent), group: Number(group) };
  } catch {
    return null;
  }
};

/** The process groups that children of a process lead: one for each of its browsers. */
const groupsOf = (parent = process.pid): readonly number[] =>
  processes()
    .filter((each) => each.parent === parent && each.group === each.id)
    .map(({ group }) => group);

const membersOf = (groups: readonly number[]): readonly Process[] =>
  processes().filter(({ group }) => groups.includes(group));

/** Empty for a zombie. */
const commandOf = (id: number): string => {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

const GONE_MS = 5000;
/** Far below the half minute that Playwright would wait. */
const CLOSED_MS = 10_000;
/** An orphan's zombie is taken away by process 1, which here does so at leisure. */
const REAPED_MS = 10_000;

/** What still lives of these groups after a moment. */
const survivors = async (groups: readonly number[]): Promise<readonly Process[]> => {
  expect(groups).not.toEqual([]);
  const living = () => membersOf(groups).filter(({ state }) => state !== 'Z');
  await until(() => living().length === 0, GONE_MS);
  return living();
};

const until = async (isSo: () => boolean, timeoutMs: number): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (!isSo() && Date.now() < deadline) await delay(10);
};

const within = async (timeoutMs: number, work: () => Promise<unknown>): Promise<void> => {
  const start = performance.now();
  await work();
  expect(performance.now() - start).toBeLessThan(timeoutMs);
};

/** A folder of the test, in which every temporary file of a browser comes to lie as well. */
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vega-browser-'));
  vi.stubEnv('TMPDIR', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const program = (name: string, script: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
};

const launch = (chromiumPath: string | null = null): Promise<BrokerBrowser> =>
  BrokerBrowser.launch({ headless: true, chromiumPath });

interface Watched extends AsyncDisposable {
  readonly browser: BrokerBrowser;
  /** Playwright's own browser behind it, for pages that no session opens. */
  readonly inside: Browser;
  readonly groups: readonly number[];
}

/** Launches a browser and notes which processes it started. */
const watched = async (chromiumPath: string | null = null): Promise<Watched> => {
  const before = groupsOf();
  using launching = vi.spyOn(chromium, 'launch');
  const browser = await launch(chromiumPath);
  return {
    browser,
    inside: await launching.mock.results[0]?.value,
    groups: groupsOf().filter((group) => !before.includes(group)),
    [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
  };
};

const STAYING =
  "addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'stay'; })";

interface Site extends AsyncDisposable {
  readonly url: string;
}

/** Answers every path but one with an empty page. */
const startSite = async (): Promise<Site> => {
  const server = createServer((request, response) => {
    if (request.url === '/never') return;
    response.setHeader('content-type', 'text/html');
    response.end(
      '<form><input name="mobile" autocomplete="tel"><input type="password"><button>Go</button></form>',
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** A process of ours with a browser whose page is in an endless loop; what it does then is up to the test. */
const holder = async (then = '') => {
  const address = (file: string) => JSON.stringify(pathToFileURL(path.resolve(file)).href);
  const script = `
    import { chromium } from ${JSON.stringify(import.meta.resolve('playwright'))};
    import { BrokerBrowser } from ${address('src/broker/chromium/broker-browser.ts')};
    const launch = chromium.launch.bind(chromium);
    let inside;
    chromium.launch = async (options) => (inside = await launch(options));
    const browser = await BrokerBrowser.launch({ headless: true, chromiumPath: null });
    const page = await inside.newPage();
    page.evaluate('for (;;);').catch(() => undefined);
    console.log('held');
    setTimeout(() => { ${then} }, 200);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    groups: groupsOf(child.pid),
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

const isLinux = process.platform === 'linux';

const TIMES = repetitions(4, 100);

describe.skipIf(!isLinux)('a browser and everything it started', () => {
  test('is gone after its disposal, many times in a row', { timeout: 120_000 }, async () => {
    const before = groupsOf();
    const groups: number[] = [];
    for (let round = 0; round < TIMES; round++) {
      await using started = await watched();
      await started.browser.openSession();
      groups.push(...started.groups);
    }

    expect(groups).toHaveLength(TIMES);
    expect(await survivors(groups)).toEqual([]);
    expect(groupsOf().filter((group) => !before.includes(group))).toEqual([]);
    expect(processes().filter(({ parent, state }) => parent === process.pid && state === 'Z')).toEqual([]);
    await until(() => membersOf(groups).length === 0, REAPED_MS);
    expect(membersOf(groups)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  const HANGING: Readonly<Record<string, (page: Page, site: Site) => Promise<unknown>>> = {
    'waits for a page that never answers': async (page, { url }) => {
      page.goto(`${url}/never`).catch(() => undefined);
      await page.waitForEvent('request');
    },
    'is in an endless loop': async (page, { url }) => {
      await page.goto(url);
      page.evaluate('for (;;);').catch(() => undefined);
    },
    'asks whether to leave a page': async (page, { url }) => {
      await page.goto(url);
      await page.evaluate(STAYING);
      await page.click('input');
      const asked = page.waitForEvent('dialog');
      page.goto(`${url}/elsewhere`).catch(() => undefined);
      await asked;
    },
    'shows an alert': async (page, { url }) => {
      await page.goto(url);
      const shown = page.waitForEvent('dialog');
      page.evaluate('alert(1)').catch(() => undefined);
      await shown;
    },
    'holds a request back': async (page, { url }) => {
      await page.route('**/*', () => undefined);
      page.goto(url).catch(() => undefined);
      await page.waitForEvent('request');
    },
  };

  test.each(Object.entries(HANGING))('goes away while it %s', async (_name, hang) => {
    await using site = await startSite();
    await using started = await watched();
    // Its browser reaches no other host on this machine.
    expect(await started.browser.canReach(site.url)).toBe(true);
    await hang(await started.inside.newPage(), site);

    await within(CLOSED_MS, () => started.browser[Symbol.asyncDispose]());
    expect(await survivors(started.groups)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is killed when it does not answer at all', async () => {
    await using started = await watched();
    await started.inside.newPage();
    for (const group of started.groups) process.kill(-group, 'SIGSTOP');

    await within(CLOSED_MS, () => started.browser[Symbol.asyncDispose]());
    expect(await survivors(started.groups)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  const VICTIMS: Readonly<Record<string, (members: readonly Process[]) => Process | undefined>> = {
    'the process that was started': (members) => members.find(({ id, group }) => id === group),
    'Chromium itself': (members) => members.findLast(({ id }) => !commandOf(id).includes('--type=')),
  };

  test.each(Object.entries(VICTIMS))('goes away when %s is killed', async (_name, choose) => {
    await using started = await watched();
    await started.inside.newPage();
    const victim = choose(membersOf(started.groups));
    process.kill(victim?.id ?? Number.NaN, 'SIGKILL');

    expect(await survivors(started.groups)).toEqual([]);
    await expect(started.browser.openSession()).rejects.toMatchObject({ code: 'BROWSER_FAILED' });
  });

  test('does not touch the browser beside it', async () => {
    const before = groupsOf();
    const [one, other] = await Promise.all([launch(), launch()]);
    const groups = groupsOf().filter((group) => !before.includes(group));
    expect(groups).toHaveLength(2);
    await one[Symbol.asyncDispose]();
    const living = () => groups.filter((group) => membersOf([group]).some(({ state }) => state !== 'Z'));
    await until(() => living().length < 2, GONE_MS);
    expect(living()).toHaveLength(1);
    await (await other.openSession())[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    expect(await survivors(groups)).toEqual([]);
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'goes away when our process dies of %s',
    async (signal) => {
      await using program = await holder();
      expect(program.kill(signal)).toBe(true);
      expect(await program.ended).toEqual([null, signal]);
      expect(await survivors(program.groups)).toEqual([]);
    },
  );

  test('goes away when our process exits in the middle', async () => {
    await using program = await holder('process.exit(7)');
    expect(await program.ended).toEqual([7, null]);
    expect(await survivors(program.groups)).toEqual([]);
  });
});

describe.skipIf(!isLinux)('a browser that does not start', () => {
  const failed = async (file: string) => {
    const ids = path.join(folder, 'ids');
    const options = { headless: true, chromiumPath: file, launchTimeoutMs: 700 };
    let failure: unknown;
    await within(CLOSED_MS, async () => {
      failure = await BrokerBrowser.launch(options).catch((error: unknown) => error);
    });
    expect(failure).toBeInstanceOf(LoginFailure);
    expect(failure).toMatchObject({
      code: 'BROWSER_FAILED',
      message: `The browser ${file} does not start.`,
    });
    const started = existsSync(ids) ? readFileSync(ids, 'utf8').trim().split('\n').map(Number) : [];
    await until(() => started.every((id) => (toProcess(id)?.state ?? 'Z') === 'Z'), GONE_MS);
    return started.map((id) => toProcess(id)?.state ?? 'gone').filter((state) => !/^(?:gone|Z)$/.test(state));
  };
  const child = () =>
    `sleep 1000 & echo $! >> ${path.join(folder, 'ids')}; echo $$ >> ${path.join(folder, 'ids')}`;

  test('because it ends at once leaves no child of it behind', async () => {
    expect(await failed(program('ends', `${child()}; exit 1`))).toEqual([]);
  });

  test('because it says nothing is killed with its children', async () => {
    expect(await failed(program('mute', `${child()}; wait`))).toEqual([]);
  });

  test('because it is no program leaves nothing behind', async () => {
    const file = path.join(folder, 'no-program');
    writeFileSync(file, '\0'.repeat(64));
    chmodSync(file, 0o755);
    expect(await failed(file)).toEqual([]);
  });
});

const headlessPath = () => findChromium({ headless: true })?.executablePath ?? '';
const fullestPath = () => findChromium({ headless: false })?.executablePath ?? headlessPath();

test('knows none of our secrets', async () => {
  vi.stubEnv('UPSTOX_PIN', 'pin-canary');
  vi.stubEnv('VEGA_MASTER_KEY', 'key-canary');
  vi.stubEnv('LANG', 'en_IN');
  const file = path.join(folder, 'environment');
  const spy = program('spy', `env > ${file}; exec ${headlessPath()} "$@"`);
  await using _browser = await launch(spy);

  const environment = readFileSync(file, 'utf8');
  expect(environment).toContain('LANG=en_IN');
  expect(environment).not.toContain('canary');
});

/** The hosts of which the browser asked for an address, as its own network log tells. */
const hostsAskedFor = (log: string): readonly string[] => {
  const { constants, events } = JSON.parse(readFileSync(log, 'utf8'));
  const type = constants.logEventTypes.HOST_RESOLVER_MANAGER_JOB;
  return [
    ...new Set<string>(
      events.flatMap((event: { type: number; params?: { host?: string } }) =>
        event.type === type && event.params?.host ? [event.params.host] : [],
      ),
    ),
  ];
};

describe.skipIf(!isLinux)('the fullest Chromium there is', () => {
  test('asks for no host but that of the page', async () => {
    await using site = await startSite();
    const log = path.join(folder, 'net.json');
    const logging = program('logging', `exec ${fullestPath()} "$@" --log-net-log=${log}`);
    // What its proxy looks up for it.
    using lookups = vi.spyOn(dns.promises, 'lookup');
    {
      await using started = await watched(logging);
      expect(await started.browser.canReach(site.url)).toBe(true);
      const page = await started.inside.newPage();
      await page.goto(site.url);
      await page.fill('[name=mobile]', '9999999999');
      await page.click('button');
      await delay(2500);
    }
    expect(hostsAskedFor(log)).toEqual([]);
    expect(lookups.mock.calls.map(([host]) => host)).toEqual([]);
  });

  test('leaves no dump of a crashed page behind, and no handler of crashes', async () => {
    vi.stubEnv('HOME', folder);
    vi.stubEnv('XDG_CONFIG_HOME', undefined);
    {
      await using started = await watched(fullestPath());
      const page = await started.inside.newPage();
      const crashed = page.waitForEvent('crash');
      page.goto('chrome://crash').catch(() => undefined);
      await crashed;
      // Full Chromium has a handler that writes one; the headless shell has none.
      await until(() => dumps().length > 0, 2000);
      expect(dumps().length).toBeLessThanOrEqual(1);
    }
    expect(dumps()).toEqual([]);
    await until(() => workingHere().length === 0, GONE_MS);
    expect(workingHere()).toEqual([]);
  });

  const dumps = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.dmp$/.test(name));
  /** The handlers of crashes have groups of their own. */
  const workingHere = () => processes().filter(({ id }) => commandOf(id).includes(folder));
});

describe.skipIf(!isLinux)('the sandbox', () => {
  /** Launches as a user who is not root, whoever runs the tests, and answers the command lines of the browser. */
  const launchedAs = async (userId: number | undefined, options = '{}'): Promise<string> => {
    const address = JSON.stringify(pathToFileURL(path.resolve('src/broker/chromium/broker-browser.ts')).href);
    const script = `
      import { readdirSync, readFileSync } from 'node:fs';
      import { BrokerBrowser } from ${address};
      const browser = await BrokerBrowser.launch({ headless: true, chromiumPath: null, ...${options} });
      await browser.openSession();
      const read = (id) => { try { return readFileSync('/proc/' + id + '/cmdline', 'utf8'); } catch { return ''; } };
      const all = readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map(read);
      console.log(JSON.stringify(all.filter((line) => line.includes('vega-auth-chromium-' + process.pid))));
      await browser[Symbol.asyncDispose]();`;
    if (userId !== undefined) chownSync(folder, userId, userId);
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder, HOME: folder },
      ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    await once(child, 'close');
    expect(readdirSync(folder).filter((name) => name.includes('chromium'))).toEqual([]);
    return said;
  };

  const isRoot = process.getuid?.() === 0;
  const NOBODY = isRoot ? 65_534 : undefined;

  test('is on for everybody but root', async () => {
    const said = await launchedAs(NOBODY);
    expect(said).toContain('--user-data-dir=');
    expect(said).not.toContain('--no-sandbox');
    expect(sandboxOff(true, 0)).toBe('ROOT');
    expect(sandboxOff(true, 1000)).toBeNull();
  }, 60_000);

  test('is off where the operator says so', async () => {
    expect(await launchedAs(NOBODY, '{ sandbox: false }')).toContain('--no-sandbox');
    expect(sandboxOff(false, 1000)).toBe('SETTING');
  }, 60_000);

  test.each([
    'No usable sandbox! If you are running on Ubuntu 23.10+ or another Linux distro that has disabled unprivileged user namespaces',
    'Failed to move to new namespace: PID namespaces supported, Network namespace supported, but failed: errno = Operation not permitted',
    'Check failed: sys_chroot("/proc/self/fdinfo/") == 0',
  ])('that cannot start is named, and nothing goes on without it: %s', async (words) => {
    const arguments_ = path.join(folder, 'arguments');
    const file = program('forbidden', `echo "$@" >> ${arguments_}; echo '${words}' >&2; exit 1`);
    await expect(launch(file)).rejects.toMatchObject({
      code: 'BROWSER_FAILED',
      message: expect.stringContaining('cannot start its sandbox here'),
    });
    expect(readFileSync(arguments_, 'utf8').trim().split('\n')).toHaveLength(1);
    expect((await tryBrowser({ headless: true, chromiumPath: file }, API)).findings).toMatchObject([
      { state: 'DOWN', nextAction: expect.stringContaining('VEGA_CHROMIUM_SANDBOX=off') },
    ]);
  });

  test('that is off is told by a thorough look, with what to do', async () => {
    const { findings, details } = await tryBrowser(
      { headless: true, chromiumPath: null, sandbox: false },
      API,
    );
    expect(details).toEqual([{ component: 'BROWSER', text: expect.stringMatching(/^Chromium \d+\./) }]);
    expect(findings).toMatchObject([
      {
        component: 'BROWSER',
        message: expect.stringContaining('without its sandbox'),
        nextAction: expect.stringContaining(isRoot ? 'another user' : 'user namespaces'),
      },
    ]);
  });
});
