import './bench-folder.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openApp } from '../../src/app.ts';
import { type Env, readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import type { SimulatedLogin, Simulator } from '../../src/simulator/simulator.ts';
import { environmentOfOthers, otherLogin } from '../support/other-logins.ts';
import { environmentOf, openBroker, settle } from '../support/test-app.ts';
import { atMost, median, tell } from './ratios.ts';

/**
 * Twelve accounts of six apps each over one browser, with the OTP spacing shortened from 165 s to 6 s, and the interval
 * between accounts in proportion. The bound is computed from a login that has the machine for itself, spacing and interval: all
 * logins have the browser one after the other; and the account that comes last has to wait for the first login of every
 * other one, and then for its own spacings.
 */
const ACCOUNTS = Number(process.env.ACCOUNTS ?? 12);
const APPS = 6;
const SPACING_MS = 6000;
const RATE_MS = (10 * SPACING_MS) / 165;
/** Looking costs time on the machine that is measured. */
const LOOK_MS = 500;

const OTHERS = Array.from({ length: ACCOUNTS - 1 }, (_, index) => otherLogin(index + 1, { apps: APPS }));

/** Resident memory of Chromium with all its processes, in megabytes: it leads a process group that this process began. */
const browserMegabytes = (): number => {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((id) => ({ id, stat: statOf(id) }));
  const groups = processes.flatMap(({ id, stat: [, parent, group] }) =>
    Number(parent) === process.pid && group === id ? [id] : [],
  );
  return processes
    .filter(({ stat: [, , group = ''] }) => groups.includes(group))
    .reduce((sum, { stat }) => sum + (Number(stat[RESIDENT_PAGES]) * 4096) / 1e6, 0);
};

/** Counted from the state of the process, as `man 5 proc` has it. */
const RESIDENT_PAGES = 21;

const statOf = (id: string): readonly string[] => {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
};

interface Measured {
  readonly tookMs: number;
  readonly loginMs: number;
  readonly megabytes: number;
}

const measure = async (others: readonly SimulatedLogin[]): Promise<Measured> => {
  const workingDirectory = mkdtempSync(path.join(tmpdir(), 'vega-bench-'));
  await using broker = await openBroker({ others });
  const env: Env = {
    ...environmentOf(broker, APPS),
    ...environmentOfOthers(others),
    VEGA_OTP_SPACING_SECONDS: String(SPACING_MS / 1000),
  };
  let megabytes = 0;
  try {
    const log = createLogger('silent');
    await using app = await openApp(
      { ...readConfig(env), loginRateSeconds: RATE_MS / 1000 },
      { workingDirectory, log },
    );
    const ask = async (query: string) => {
      const request = new Request('http://127.0.0.1/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${app.operatorKey}` },
        body: JSON.stringify({ query }),
      });
      return JSON.parse(await (await app.fetch(request)).text()).data;
    };
    const ids = (await ask('{ accounts { id } }')).accounts.map(({ id }: { id: string }) => id);
    const begin = performance.now();
    const runs: string[] = [];
    for (const id of ids)
      runs.push(
        (await ask(`mutation { generateTokens(mode: ALL, accountId: "${id}") { id } }`)).generateTokens.id,
      );
    for (const id of runs) {
      for (;;) {
        const { endedAt, status } = (await ask(`{ generationRun(id: "${id}") { endedAt status } }`))
          .generationRun;
        if (endedAt !== null) {
          if (status !== 'COMPLETED') throw new Error(`A run ended as ${status}.`);
          break;
        }
        megabytes = Math.max(megabytes, browserMegabytes());
        await settle(LOOK_MS);
      }
    }
    return { tookMs: performance.now() - begin, loginMs: medianLogin(broker), megabytes };
  } finally {
    rmSync(workingDirectory, { recursive: true, force: true });
  }
};

/** From the page that led to the login to the exchange of its code, as the broker saw it. */
const medianLogin = ({ log }: Simulator): number =>
  median(
    log
      .filter(({ kind, accepted }) => kind === 'TOKEN' && accepted)
      .map((token) => {
        const before = log.slice(0, log.indexOf(token));
        const dialog = before.findLast(
          ({ kind, clientId }) => kind === 'DIALOG' && clientId === token.clientId,
        );
        return token.at - (dialog?.at ?? token.at);
      }),
  );

const one = await measure([]);
const all = await measure(OTHERS);
const bound = (loginMs: number): number => {
  const turnMs = Math.max(loginMs, RATE_MS);
  return Math.max(ACCOUNTS * turnMs + (APPS - 1) * SPACING_MS, ACCOUNTS * APPS * turnMs);
};
tell(
  [
    `one account: ${(one.tookMs / 1000).toFixed(1)} s, a login ${one.loginMs} ms, Chromium ${one.megabytes.toFixed(0)} MB at most`,
    `${ACCOUNTS} accounts: ${(all.tookMs / 1000).toFixed(1)} s, a login ${all.loginMs} ms; one after the other they would take ${((ACCOUNTS * one.tookMs) / 1000).toFixed(0)} s`,
    `computed from a login as it is beside the others, the figure is ${(all.tookMs / bound(all.loginMs)).toFixed(2)}`,
    `memory for each further account: ${((all.megabytes - one.megabytes) / (ACCOUNTS - 1)).toFixed(1)} MB`,
  ],
  [
    atMost(
      'one account, against its spacings and one login',
      one.tookMs / ((APPS - 1) * SPACING_MS + one.loginMs),
      1.15,
    ),
    atMost(`${ACCOUNTS} accounts, against the computed bound`, all.tookMs / bound(one.loginMs), 1.15),
  ],
);
