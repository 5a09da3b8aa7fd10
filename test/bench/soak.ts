import './bench-folder.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { type App, openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import { createLogger } from '../../src/log.ts';
import { createVegaClient } from '../../src/sdk/index.ts';
import { heapAfterCollection } from '../support/heap.ts';
import { type Moods, openMoodyBroker } from '../support/moody-broker.ts';
import { environmentOf, settle } from '../support/test-app.ts';
import { atMost, machine, tell } from './ratios.ts';

/**
 * Three hundred mornings in one process: each day the tokens are dead, something goes wrong in most of them, and the
 * operator does what the program says; every other day PRIMARY alone has to do. Memory, handles, processes and files have to be flat from the fiftieth on.
 * Ends after a quarter of an hour, however far it has come. `VEGA_SOAK_MORNINGS` asks for fewer.
 */
const MORNINGS = Number(process.env.VEGA_SOAK_MORNINGS ?? 300);
const BUDGET_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
const COOLDOWN_SECONDS = 660;
const SAMPLES = 12;
const WARM = Math.min(50, Math.floor(MORNINGS / 3));

/** What goes wrong of a morning, until the operator has looked at it. */
const TROUBLES: Readonly<Record<string, (moods: Moods) => void>> = {
  happy: () => undefined,
  throttled: (moods) => Object.assign(moods.otpLimit, { count: 1, withinMs: 60_000 }),
  'wrong PIN': (moods) => Object.assign(moods.refusedSteps, { PIN: 'WRONG_PIN' }),
  'app rejected': (moods) => Object.assign(moods.rejectedApps, { 0: 'UDAPI100068' }),
  'page hangs': (moods) => void moods.hangingSteps.push('OTP_GENERATE'),
  'database locked': () => undefined,
};
/** A page that hangs takes the longest, so it does it on one morning of eleven only. */
const NAMES = [...Object.keys(TROUBLES), ...Object.keys(TROUBLES).filter((name) => name !== 'page hangs')];

const APIS = ['PRIMARY', 'WEBSOCKET1'] as const;
/** A whole day may go by between two looks of the program at the clock: then it still stands where it stood yesterday. */
const PAST_PRIMARY: readonly string[] = ['PRIMARY_VALIDATED', 'AUTH_CONFIRMED', 'DASHBOARD'];

const calm = (moods: Moods): void => {
  Object.assign(moods.otpLimit, { count: Number.POSITIVE_INFINITY, withinMs: 1000 });
  for (const table of [moods.refusedSteps, moods.rejectedApps]) {
    for (const key of Object.keys(table)) Reflect.deleteProperty(table, key);
  }
  moods.hangingSteps.length = 0;
};

interface Sample {
  readonly morning: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly handles: number;
  readonly descriptors: number;
  readonly browsers: number;
  readonly databaseMb: number;
  readonly spillKb: number;
}

const directory = mkdtempSync(path.join(tmpdir(), 'vega-soak-'));
const file = path.join(directory, 'vega_trade.db');
const time = { offset: 0 };
const now = (): number => Date.now() + time.offset;

const sizeOf = (name: string): number => {
  try {
    return statSync(name).size;
  } catch {
    return 0;
  }
};

const browsersOfOurs = (): number =>
  readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      return new RegExp(`^\\d+ \\(.*chrom.*\\) \\S ${process.pid} `).test(
        readFileSync(`/proc/${id}/stat`, 'utf8'),
      );
    } catch {
      return false;
    }
  }).length;

const sample = async (morning: number): Promise<Sample> => {
  const heapUsed = await heapAfterCollection();
  const { rss } = process.memoryUsage();
  return {
    morning,
    heapMb: heapUsed / 1e6,
    rssMb: rss / 1e6,
    handles: process.getActiveResourcesInfo().length,
    descriptors: readdirSync('/proc/self/fd').length,
    browsers: browsersOfOurs(),
    databaseMb: (sizeOf(file) + sizeOf(`${file}-wal`)) / 1e6,
    spillKb: sizeOf(`${file}.spill`) / 1e3,
  };
};

/** Holds the database as another program would, for as long as a login takes. */
const lockFor = async (milliseconds: number): Promise<void> => {
  const other = new Sqlite(file, { timeout: 2000 });
  other.exec('begin exclusive');
  await settle(milliseconds);
  other.exec('rollback');
  other.close();
};

const { broker, moods } = await openMoodyBroker({ now });
const config = readConfig({
  ...environmentOf(broker, 2),
  VEGA_LOG_LEVEL: 'silent',
  VEGA_STEP_TIMEOUT_SECONDS: '3',
  VEGA_COOLDOWN_SECONDS: String(COOLDOWN_SECONDS),
});
const app: App = await openApp(config, {
  workingDirectory: directory,
  browserLock: path.join(directory, 'browser.lock'),
  log: createLogger('silent'),
  clock: () => new Date(now()),
});
const { url } = await app.listen();
const vega = createVegaClient({ url, key: app.operatorKey });

const rested = async (id: string): Promise<string> => {
  for (;;) {
    const run = await vega.generationRun({ id });
    if (run === null) throw new Error('the run is gone');
    if (run.endedAt !== null) return run.status;
    // A cooldown that is over by the clock ends when the program looks at it.
    if (run.status === 'COOLDOWN' && (await vega.authState()).cooldown.active) return run.status;
    await settle(20);
  }
};

/** One morning, until the tokens are there that are wanted: what a person would do at each stop. */
const morning = async (trouble: string, wanted: readonly ApiName[]): Promise<number> => {
  calm(moods);
  TROUBLES[trouble]?.(moods);
  const lock = trouble === 'database locked' ? lockFor(700) : Promise.resolve();
  let rounds = 0;
  let missing = wanted;
  for (;;) {
    rounds += 1;
    if (rounds > 8) throw new Error(`no tokens after ${rounds} rounds of ${trouble}`);
    const run = await vega.generateTokens({
      mode: 'PARTIAL',
      apiNames: [...missing],
      includeUnknown: true,
    });
    for (;;) {
      const status = await rested(run.id);
      calm(moods);
      if (status !== 'COOLDOWN') break;
      time.offset += (COOLDOWN_SECONDS + 1) * 1000;
    }
    await lock;
    const [authState, tokens] = await Promise.all([vega.authState(), vega.tokens()]);
    if (authState.blockedBy === 'CREDENTIALS_REJECTED') await vega.clearQuarantine({ reason: 'looked at' });
    if (authState.cooldown.active) time.offset += (COOLDOWN_SECONDS + 1) * 1000;
    const valid = tokens.filter(({ verdict }) => verdict === 'VALID').map(({ apiName }) => apiName);
    missing = wanted.filter((apiName) => !valid.includes(apiName));
    if (missing.length > 0) continue;
    await openGate();
    return rounds;
  }
};

/** The end of a run is told a moment before the account stands where it leads to. */
const openGate = async (): Promise<void> => {
  for (let looks = 0; looks < 200; looks += 1) {
    if (await vega.ready()) return;
    const { state, primaryPresent } = await vega.authState();
    // It may open by itself between the two questions.
    const isPartial = primaryPresent && PAST_PRIMARY.includes(state);
    if (isPartial) await vega.acceptPartial().catch(() => undefined);
    await settle(20);
  }
  throw new Error('the gate stays shut');
};

const begun = performance.now();
const samples: Sample[] = [];
let made = 0;
try {
  for (; made < MORNINGS && performance.now() - begun < BUDGET_MS; made += 1) {
    if (made % Math.max(1, Math.floor(MORNINGS / SAMPLES)) === 0) samples.push(await sample(made));
    process.stderr.write(`morning ${made + 1} of ${MORNINGS}\r`);
    await morning(NAMES[made % NAMES.length] ?? 'happy', APIS.slice(0, 1 + (made % 2)));
    // What the stand-in notes down lies in the same memory and is not what is measured.
    (broker.log as unknown[]).length = 0;
    time.offset += DAY_MS;
  }
  samples.push(await sample(made));
  const audit = await vega.verifyAudit();
  const warm = samples.find((one) => one.morning >= WARM) ?? samples[0];
  const last = samples.at(-1);
  if (warm === undefined || last === undefined) throw new Error('nothing was measured');
  const heads = Object.keys(last).map((name) => name.padStart(12));
  const rows = samples.map((one) =>
    Object.values(one)
      .map((value) => value.toFixed(1).padStart(12))
      .join(''),
  );
  const days = Math.max(1, last.morning - warm.morning);
  tell(
    [
      machine(),
      `${made} mornings in ${Math.round((performance.now() - begun) / 1000)} s; limits count from morning ${warm.morning} on.`,
      heads.join(''),
      ...rows,
    ],
    [
      atMost('heap, times what it was', last.heapMb / warm.heapMb, 1.25),
      atMost('handles more than there were', last.handles - warm.handles, 5),
      atMost('file descriptors more than there were', last.descriptors - warm.descriptors, 5),
      atMost('browsers left over', last.browsers, 0),
      atMost(
        'kB of history in the database a morning',
        ((last.databaseMb - warm.databaseMb) * 1e3) / days,
        100,
      ),
      atMost('kB in the spill file', last.spillKb, 0),
      atMost(`errors in the audit chain of ${audit.entries} entries`, audit.valid ? 0 : 1, 0),
    ],
  );
} finally {
  await app[Symbol.asyncDispose]();
  await broker[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
}
