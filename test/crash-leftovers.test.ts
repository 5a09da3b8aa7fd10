import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../src/services/runs/checkpoints.ts';
import type { Simulator } from '../src/simulator/simulator.ts';
import {
  COMES_WITHIN_MS,
  calm,
  generateTheRest,
  PATIENCE_MS,
  STATE,
  unfinishedIn,
} from './support/crash-scenario.ts';
import { openFolder } from './support/folder.ts';
import { openMoodyBroker } from './support/moody-broker.ts';
import { plantToken } from './support/plant.ts';
import { openBroker, openTestApp, type TestApp, until } from './support/test-app.ts';

/** Larger than any process id of Linux can be. */
const NO_PROCESS = 2 ** 22 + 1;

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
