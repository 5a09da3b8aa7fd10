import path from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Env } from '../../src/config.ts';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { violationsIn } from './broker-invariants.ts';
import { processesIn, runUntil } from './crash.ts';
import { openFolder } from './folder.ts';
import { type Moods, openMoodyBroker } from './moody-broker.ts';
import { environmentOf, openTestApp, refuseLeaks, secretsOf, type TestApp, until } from './test-app.ts';

/** How the program is killed, and what its next start has to find and to do. */
export interface Scenario {
  /** The first visit of a point of the login is PRIMARY's, the second WEBSOCKET1's. */
  readonly visit?: 1 | 2;
  /** How the broker behaves until the program is dead. */
  readonly mood?: (moods: Moods, broker: Simulator) => void;
  readonly env?: Env;
  /** As what the next start shows the step that was half done; null where none was. */
  readonly shows: 'INTERRUPTED' | 'SPENT_UNKNOWN' | null;
  /** How the broker behaves from the next start on, where it is not as good as new. */
  readonly meanwhile?: (moods: Moods, broker: Simulator) => void;
  /** What is left for the operator to do once the run that was taken up has ended. */
  readonly operator?: (testApp: TestApp, moods: Moods, broker: Simulator) => Promise<void>;
}

/** One OTP is sent, and the next request is refused. */
export const throttled: Scenario = {
  shows: null,
  mood: ({ otpLimit }) => Object.assign(otpLimit, { count: 1, withinMs: 600_000 }),
};

export const generateTheRest = async (testApp: TestApp): Promise<void> => {
  await until(
    'the place of the run to be free',
    () => testApp.said().includes('"msg":"run ended"'),
    COMES_WITHIN_MS,
  );
  await testApp.generate('mode: INVALID_ONLY');
};

export const calm = ({ otpLimit, rejectedApps, refusedSteps }: Moods): void => {
  otpLimit.count = Number.POSITIVE_INFINITY;
  delete rejectedApps[1];
  delete refusedSteps.PIN;
};

const rowsIn = (directory: string, sql: string): Record<string, unknown>[] => {
  const database = new Sqlite(path.join(directory, 'vega_trade.db'), { timeout: 2000 });
  try {
    return database.prepare<[], Record<string, unknown>>(sql).all();
  } finally {
    database.close();
  }
};

/** How long a busy machine may take until a state comes; no promise of the program is measured by it. */
export const COMES_WITHIN_MS = 60_000;

const ACTIVE = 'select api_name, access_token from upstox_tokens where is_active = 1 order by api_index';
export const STATE = '{ ready authState { run { status } } }';

export const unfinishedIn = (testApp: TestApp): unknown[] =>
  testApp.rows('select 1 from vega_generation_runs where ended_at is null');

/** Kills the program at the checkpoint, starts it again, and tells what came of it. */
export const survive = async (point: Checkpoint, scenario: Scenario) => {
  using folder = openFolder();
  const { directory } = folder;
  const { broker, moods } = await openMoodyBroker();
  await using _broker = broker;
  const env = { ...environmentOf(broker, 2), VEGA_COOLDOWN_SECONDS: '3', ...scenario.env };
  scenario.mood?.(moods, broker);
  const { signal, said } = await runUntil(directory, env, point, scenario.visit ?? 1);
  if (signal !== 'SIGKILL') throw new Error(`${point} was not reached:\n${said}`);
  await until('the end of its browser', () => processesIn(directory).length === 0, COMES_WITHIN_MS);
  const before = rowsIn(directory, ACTIVE);

  if (scenario.meanwhile === undefined) calm(moods);
  scenario.meanwhile?.(moods, broker);
  await using testApp = await openTestApp({ apis: 2, broker, directory, env });
  refuseLeaks(said, secretsOf(env, testApp.app, testApp.rows));
  await until('the end of the run', () => unfinishedIn(testApp).length === 0, COMES_WITHIN_MS);
  calm(moods);
  const clearedAt = Date.now();
  await scenario.operator?.(testApp, moods, broker);
  await until('the gate to open', async () => (await testApp.ask(STATE)).data.ready, COMES_WITHIN_MS);

  const after = testApp.rows(ACTIVE);
  const shown = [...new Set(testApp.said().match(/INTERRUPTED|SPENT_UNKNOWN/g))];
  return {
    active: after.map(({ api_name }) => api_name),
    rows: testApp.rows('select 1 from upstox_tokens').length,
    replaced: before.filter(({ access_token }) => !after.some((row) => row.access_token === access_token)),
    shown,
    violations: violationsIn(broker.log, {
      cooldownMs: Number(env.VEGA_COOLDOWN_SECONDS) * 1000,
      clearedAt: [clearedAt],
    }),
  };
};

export const expected = ({ shows }: Scenario) => ({
  active: ['PRIMARY', 'WEBSOCKET1'],
  rows: 2,
  replaced: [],
  shown: shows === null ? [] : [shows],
  violations: [],
});

/** A scenario starts two programs and two browsers, and waits for a time step now and then. */
export const AT_ONCE = 2;
export const PATIENCE_MS = 300_000;
