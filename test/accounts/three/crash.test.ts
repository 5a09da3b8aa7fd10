import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Env } from '../../../src/config.ts';
import { CHECKPOINTS, type Checkpoint } from '../../../src/services/runs/checkpoints.ts';
import { Semaphore } from '../../../src/services/semaphore.ts';
import { processesIn, runUntil } from '../../support/crash.ts';
import { openFolder } from '../../support/folder.ts';
import { type Moods, openMoodyBroker } from '../../support/moody-broker.ts';
import { drawn } from '../../support/repetitions.ts';
import {
  environmentOf,
  openTestApp,
  refuseLeaks,
  secretsOf,
  type TestApp,
  until,
} from '../../support/test-app.ts';
import { violationsOfAll } from './broker-pace.ts';
import { accountOf, IDS, OTHERS, OTHERS_ENVIRONMENT } from './three-logins.ts';

const SPACING_SECONDS = 3;
const RATE_SECONDS = 1;
const COOLDOWN_SECONDS = 3;

interface Scenario {
  /** At which visit the program dies: by default the fourth login's, so that two accounts have a token and wait for the next. */
  readonly visit?: number;
  readonly spacingSeconds?: number;
  /** How the broker behaves until the program is dead. */
  readonly mood?: (moods: Moods) => void;
  /** What is left for the operator once the runs have ended. */
  readonly isLeftToOperator?: true;
}

const throttled = ({ otpLimit }: Moods) => void Object.assign(otpLimit, { count: 1, withinMs: 600_000 });

/** Where a point is not one of every login. */
const SCENARIOS: Readonly<Partial<Record<Checkpoint, Scenario>>> = {
  RUN_STORED: { visit: 3 },
  LOGIN_STARTED: { visit: 2 },
  BROWSER_LAUNCHED: { visit: 1 },
  SESSION_OPENED: { visit: 3 },
  // So long that a slow machine does not log in meanwhile.
  TURN_GIVEN: { visit: 3, spacingSeconds: 12 },
  TURN_TAKEN: { visit: 3, spacingSeconds: 12 },
  API_FAILED: {
    visit: 2,
    mood: ({ rejectedApps }) => Object.assign(rejectedApps, { 1: 'UDAPI100068' }),
    isLeftToOperator: true,
  },
  BROWSER_CLOSED: { visit: 1 },
  COOLDOWN_STORED: { visit: 2, mood: throttled },
  COOLDOWN_OVER: { visit: 1, mood: throttled },
  RUN_ENDED: { visit: 1 },
  STATE_SETTLED: { visit: 2 },
};

const calm = ({ otpLimit, rejectedApps }: Moods): void => {
  otpLimit.count = Number.POSITIVE_INFINITY;
  delete rejectedApps[1];
};

const ACTIVE =
  'select user_id, api_name, client_id, access_token from upstox_tokens where is_active = 1 order by user_id, api_index';

const activeIn = (directory: string): readonly { readonly access_token: string }[] => {
  const database = new Sqlite(path.join(directory, 'vega_trade.db'), { timeout: 2000 });
  try {
    return database.prepare<[], { access_token: string }>(ACTIVE).all();
  } finally {
    database.close();
  }
};

/** How long a busy machine may take until a state comes; no promise of the program is measured by it. */
const COMES_WITHIN_MS = 90_000;

const isReady = async (testApp: TestApp, id: string): Promise<boolean> =>
  (await testApp.ask(`{ ready(accountId: "${id}") }`)).data.ready;

const untilRunsEnd = (testApp: TestApp) =>
  until(
    'the end of every run',
    () => testApp.rows('select 1 from vega_generation_runs where ended_at is null').length === 0,
    COMES_WITHIN_MS,
  );

/** A run that the program did not live to store was never promised; one that an app ended is asked for again. */
const generateTheRest = async (testApp: TestApp, isLeftToOperator: boolean): Promise<void> => {
  const begun = testApp.rows('select account_id from vega_generation_runs').map((row) => row.account_id);
  for (const id of IDS) {
    if (begun.includes(id) && !(isLeftToOperator && !(await isReady(testApp, id)))) continue;
    await testApp.generate(`mode: INVALID_ONLY, accountId: "${id}"`);
  }
};

/** Kills the program at the checkpoint while three accounts log in, starts it again, and tells what came of it. */
const survive = async (
  point: Checkpoint,
  { visit = 4, spacingSeconds = SPACING_SECONDS, mood, isLeftToOperator }: Scenario,
) => {
  using folder = openFolder();
  const { directory } = folder;
  const { broker, moods } = await openMoodyBroker({ others: OTHERS });
  await using _broker = broker;
  const env: Env = {
    ...environmentOf(broker, 2),
    ...OTHERS_ENVIRONMENT,
    VEGA_OTP_SPACING_SECONDS: String(spacingSeconds),
    VEGA_LOGIN_RATE_SECONDS: String(RATE_SECONDS),
    VEGA_COOLDOWN_SECONDS: String(COOLDOWN_SECONDS),
  };
  mood?.(moods);
  const { signal, said } = await runUntil(directory, env, point, visit);
  if (signal !== 'SIGKILL') throw new Error(`${point} was not reached:\n${said}`);
  await until('the end of its browser', () => processesIn(directory).length === 0, COMES_WITHIN_MS);
  const before = activeIn(directory);

  calm(moods);
  await using testApp = await openTestApp({ apis: 2, broker, directory, env });
  refuseLeaks(said, secretsOf(env, testApp.app, testApp.rows));
  await untilRunsEnd(testApp);
  await generateTheRest(testApp, isLeftToOperator === true);
  for (const id of IDS) await until(`the gate of ${id} to open`, () => isReady(testApp, id), COMES_WITHIN_MS);

  const after = testApp.rows(ACTIVE);
  return {
    active: after.map(({ user_id, api_name }) => `${user_id} ${api_name}`),
    ofOthers: after.filter(({ user_id, client_id }) => accountOf(client_id) !== IDS[user_id - 1]).length,
    replaced: before.filter(({ access_token }) => !after.some((row) => row.access_token === access_token))
      .length,
    queue: (await testApp.ask('{ runQueue { id } }')).data.runQueue,
    violations: violationsOfAll(broker.log, {
      accountOf,
      facts: () => ({ cooldownMs: COOLDOWN_SECONDS * 1000 }),
      spacingMs: spacingSeconds * 1000,
      rateMs: RATE_SECONDS * 1000,
      between: (one, other) => other.at - one.at,
    }),
  };
};

const EXPECTED = {
  active: ['1 PRIMARY', '1 WEBSOCKET1', '2 PRIMARY', '2 WEBSOCKET1', '3 PRIMARY', '3 WEBSOCKET1'],
  ofOthers: 0,
  replaced: 0,
  queue: [],
  violations: [],
};

/** Where the browser goes from one account to another, or something cannot be done again. VEGA_ALL_FAULTS=1 tries every point. */
const HANDOVERS: readonly Checkpoint[] = ['TURN_GIVEN', 'TURN_TAKEN', 'TIME_STEP_TAKEN'];
const POINTS = process.env.VEGA_ALL_FAULTS === '1' ? CHECKPOINTS : drawn(HANDOVERS, 1);

/** Each of them starts two programs and two browsers. */
const places = new Semaphore(2);

describe.concurrent('three accounts, killed at', () => {
  test.each(POINTS)(
    '%s: the next start brings every run to its end, submits nothing twice and loses no token',
    { timeout: 300_000 },
    async (point) => {
      expect(await places.run(() => survive(point, SCENARIOS[point] ?? {}))).toEqual(EXPECTED);
    },
  );
});
