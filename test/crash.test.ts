import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Env } from '../src/config.ts';
import { CHECKPOINTS, type Checkpoint } from '../src/services/runs/checkpoints.ts';
import { Semaphore } from '../src/services/semaphore.ts';
import type { Simulator } from '../src/simulator/simulator.ts';
import { violationsIn } from './support/broker-invariants.ts';
import { processesIn, runUntil } from './support/crash.ts';
import { openFolder } from './support/folder.ts';
import { type Moods, openMoodyBroker } from './support/moody-broker.ts';
import { plantToken } from './support/plant.ts';
import {
  environmentOf,
  openBroker,
  openTestApp,
  refuseLeaks,
  secretsOf,
  type TestApp,
  until,
} from './support/test-app.ts';

/** How the program is killed, and what its next start has to find and to do. */
interface Scenario {
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

const whole: Scenario = { shows: null };
const interrupted: Scenario = { visit: 2, shows: 'INTERRUPTED' };
const spent: Scenario = { visit: 2, shows: 'SPENT_UNKNOWN' };
/** The second OTP has to wait, and the browser is given away meanwhile. */
/** So long that a slow machine does not log in meanwhile. */
const spaced: Scenario = { shows: 'INTERRUPTED', env: { VEGA_OTP_SPACING_SECONDS: '10' } };
const stored: Scenario = { visit: 2, shows: null };

/** One OTP is sent, and the next request is refused. */
const throttled: Scenario = {
  shows: null,
  mood: ({ otpLimit }) => Object.assign(otpLimit, { count: 1, withinMs: 600_000 }),
};

const generateTheRest = async (testApp: TestApp): Promise<void> => {
  await until(
    'the place of the run to be free',
    () => testApp.said().includes('"msg":"run ended"'),
    COMES_WITHIN_MS,
  );
  await testApp.generate('mode: INVALID_ONLY');
};

/** Every checkpoint, and a run that comes by there. */
const SCENARIOS: Readonly<Record<Checkpoint, Scenario>> = {
  RUN_STORED: whole,
  LOGIN_STARTED: whole,
  BROWSER_LAUNCHED: whole,
  SESSION_OPENED: whole,
  API_TAKEN_UP: interrupted,
  DIALOG_ENTERED: interrupted,
  TURN_GIVEN: spaced,
  TURN_TAKEN: spaced,
  OTP_REQUEST_RECORDED: interrupted,
  MOBILE_ENTERED: interrupted,
  MOBILE_SUBMITTED: interrupted,
  TIME_STEP_TAKEN: interrupted,
  OTP_ENTERED: interrupted,
  OTP_SUBMITTED: interrupted,
  PIN_RECORDED: interrupted,
  PIN_ENTERED: interrupted,
  PIN_SUBMITTED: interrupted,
  REDIRECT_ENTERED: interrupted,
  CODE_RECEIVED: interrupted,
  EXCHANGE_ENTERED: interrupted,
  CODE_RECORDED: spent,
  CODE_EXCHANGED: spent,
  STORE_ENTERED: spent,
  TOKEN_STORED: stored,
  VERIFY_ENTERED: stored,
  TOKEN_VERIFIED: stored,
  API_DONE: whole,
  API_FAILED: {
    shows: null,
    mood: ({ rejectedApps }) => Object.assign(rejectedApps, { 1: 'UDAPI100068' }),
    operator: generateTheRest,
  },
  BROWSER_CLOSED: whole,
  COOLDOWN_STORED: throttled,
  COOLDOWN_OVER: throttled,
  RUN_ENDED: whole,
  STATE_SETTLED: whole,
};

/** So long that a next start that forgets the cooldown comes within it. */
const LONG_COOLDOWN: Env = { VEGA_COOLDOWN_SECONDS: '10' };

/** Other ways to come by a checkpoint. */
const DETOURS: readonly (readonly [title: string, at: Checkpoint, scenario: Scenario])[] = [
  ['PRIMARY’s PIN is out', 'PIN_SUBMITTED', { shows: 'INTERRUPTED' }],
  ['PRIMARY’s code is about to be sent', 'CODE_RECORDED', { shows: 'SPENT_UNKNOWN' }],
  ['PRIMARY’s token exists nowhere but in memory', 'CODE_EXCHANGED', { shows: 'SPENT_UNKNOWN' }],
  ['PRIMARY’s token is stored and not verified', 'TOKEN_STORED', { shows: null }],
  ['the broker has just asked for rest', 'API_FAILED', { ...throttled, env: LONG_COOLDOWN }],
  [
    'the broker has asked for rest and the browser is closed',
    'BROWSER_CLOSED',
    { ...throttled, env: LONG_COOLDOWN },
  ],
  [
    'the broker has just refused the PIN',
    'API_FAILED',
    {
      shows: null,
      mood: ({ refusedSteps }) => Object.assign(refusedSteps, { PIN: 'WRONG_PIN' }),
      meanwhile: () => undefined,
      operator: async (testApp) => {
        const { errors } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
        expect(errors?.[0].extensions.code).toBe('QUARANTINED');
        await testApp.ask('mutation { clearQuarantine(reason: "PIN was put right") { state } }');
        await generateTheRest(testApp);
      },
    },
  ],
  [
    'the broker has just shown a CAPTCHA',
    'API_FAILED',
    {
      shows: null,
      mood: (_moods, { faults }) => Object.assign(faults, { captcha: true }),
      meanwhile: (_moods, { faults }) => Object.assign(faults, { captcha: false }),
      operator: async (testApp, _moods, { log }) => {
        expect(log.filter(({ kind }) => kind === 'DIALOG')).toHaveLength(1);
        await generateTheRest(testApp);
      },
    },
  ],
  [
    'a token is stored, and the broker does not say at the next start whether it works',
    'TOKEN_STORED',
    {
      ...stored,
      meanwhile: (_moods, { faults }) => Object.assign(faults, { profile: 'server-error' }),
      operator: async (testApp, _moods, { faults }) => {
        faults.profile = 'none';
        await testApp.ask('{ tokenStatus { valid } }');
      },
    },
  ],
];

const calm = ({ otpLimit, rejectedApps, refusedSteps }: Moods): void => {
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
const COMES_WITHIN_MS = 60_000;

const ACTIVE = 'select api_name, access_token from upstox_tokens where is_active = 1 order by api_index';
const STATE = '{ ready authState { run { status } } }';

/** Larger than any process id of Linux can be. */
const NO_PROCESS = 2 ** 22 + 1;

const unfinishedIn = (testApp: TestApp): unknown[] =>
  testApp.rows('select 1 from vega_generation_runs where ended_at is null');

/** Kills the program at the checkpoint, starts it again, and tells what came of it. */
const survive = async (point: Checkpoint, scenario: Scenario) => {
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

const expected = ({ shows }: Scenario) => ({
  active: ['PRIMARY', 'WEBSOCKET1'],
  rows: 2,
  replaced: [],
  shown: shows === null ? [] : [shows],
  violations: [],
});

/** Where something has just been done that cannot be done again. VEGA_ALL_FAULTS=1 tries every point, and takes its time. */
const POINTS_OF_NO_RETURN: readonly Checkpoint[] = [
  'RUN_STORED',
  'TURN_GIVEN',
  'TURN_TAKEN',
  'OTP_REQUEST_RECORDED',
  'MOBILE_SUBMITTED',
  'TIME_STEP_TAKEN',
  'OTP_SUBMITTED',
  'PIN_RECORDED',
  'PIN_SUBMITTED',
  'CODE_RECEIVED',
  'CODE_RECORDED',
  'CODE_EXCHANGED',
  'TOKEN_STORED',
  'API_FAILED',
  'COOLDOWN_STORED',
  'RUN_ENDED',
];
const POINTS = process.env.VEGA_ALL_FAULTS === '1' ? CHECKPOINTS : POINTS_OF_NO_RETURN;

/** Each of them starts two programs and two browsers, and waits for a time step now and then. */
const places = new Semaphore(2);
const PATIENCE_MS = 300_000;

test('the code lists the points at which it may die, and each of them has a run that comes by there', () => {
  expect(CHECKPOINTS.length).toBeGreaterThanOrEqual(25);
  expect(Object.keys(SCENARIOS)).toEqual([...CHECKPOINTS]);
});

describe.concurrent('killed at', () => {
  test.each(POINTS)(
    '%s, the next start brings the run to its end and breaks no rule of the broker',
    {
      timeout: PATIENCE_MS,
    },
    async (point) => {
      const scenario = SCENARIOS[point];
      expect(await places.run(() => survive(point, scenario))).toEqual(expected(scenario));
    },
  );

  test.each(DETOURS)(
    'a moment when %s, at %s, the next start finds its way, too',
    {
      timeout: PATIENCE_MS,
    },
    async (_title, point, scenario) => {
      expect(await places.run(() => survive(point, scenario))).toEqual(expected(scenario));
    },
  );
});

describe('what a crash between two writes, or one that could not be made, leaves behind:', {
  timeout: PATIENCE_MS,
}, () => {
  /** Starts the program, ends it in good order, and does to its files what `leave` does. */
  const leaveBehind = async (
    broker: Simulator,
    directory: string,
    leave: (testApp: TestApp) => void,
  ): Promise<void> => {
    const testApp = await openTestApp({ apis: 2, broker, directory });
    await testApp.app[Symbol.asyncDispose]();
    leave(testApp);
  };

  const insertRun = (testApp: TestApp, id: string, startedAt: number): void =>
    testApp.change(
      `insert into vega_generation_runs (id, account_id, mode, status, started_at, process_id)
       values (?, 'UPSTOX_01', 'ALL', 'RUNNING', ?, ?)`,
      id,
      startedAt,
      NO_PROCESS,
    );

  test('the phase COOLDOWN without a cooldown does not stay for ever', async () => {
    await using broker = await openBroker();
    using folder = openFolder();
    const { directory } = folder;
    await leaveBehind(broker, directory, (testApp) =>
      testApp.change("update vega_auth_states set phase = 'COOLDOWN'"),
    );
    await using testApp = await openTestApp({ apis: 1, broker, directory });
    await testApp.generate('mode: ALL');
    await until('the gate to open', async () => (await testApp.ask(STATE)).data.ready, COMES_WITHIN_MS);
  });

  test('a run whose cooldown had ended on paper alone goes on to the gate', async () => {
    const { broker, moods } = await openMoodyBroker();
    await using _broker = broker;
    moods.otpLimit.count = 0;
    using folder = openFolder();
    const { directory } = folder;
    await using first = await openTestApp({ apis: 1, broker, directory });
    expect((await first.generate('mode: ALL')).status).toBe('COOLDOWN');
    await first.app[Symbol.asyncDispose]();
    first.change('update vega_auth_states set cooldown_from = null, cooldown_until = null');
    calm(moods);
    await using second = await openTestApp({ apis: 1, broker, directory });
    await until('the gate to open', async () => (await second.ask(STATE)).data.ready, COMES_WITHIN_MS);
  });

  test('of two runs without an end the newer one is carried on, and both end', async () => {
    await using broker = await openBroker();
    using folder = openFolder();
    const { directory } = folder;
    await leaveBehind(broker, directory, (testApp) => {
      insertRun(testApp, 'older', 1);
      insertRun(testApp, 'newer', 2);
    });
    await using testApp = await openTestApp({ apis: 1, broker, directory });
    await until('the end of both', () => unfinishedIn(testApp).length === 0, COMES_WITHIN_MS);
    await generateTheRest(testApp);
  });

  test('a run that rests and has nothing left to make does not wait, and opens no browser', async () => {
    await using broker = await openBroker({ knobs: { otpLimit: { count: 0, withinMs: 600_000 } } });
    using folder = openFolder();
    const { directory } = folder;
    await using first = await openTestApp({ apis: 1, broker, directory });
    expect((await first.generate('mode: ALL')).status).toBe('COOLDOWN');
    await first.app[Symbol.asyncDispose]();
    plantToken(first, 'PRIMARY');
    const reached: Checkpoint[] = [];
    await using second = await openTestApp({
      apis: 1,
      broker,
      directory,
      onCheckpoint: (point) => void reached.push(point),
    });
    await until('the end of the run', () => unfinishedIn(second).length === 0, COMES_WITHIN_MS);
    expect(reached).toEqual(['RUN_ENDED', 'STATE_SETTLED']);
  });
});
