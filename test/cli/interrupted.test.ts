import { beforeAll, expect, test } from 'vitest';
import type { Env } from '../../src/config.ts';
import { DisposalStack } from '../../src/services/disposal-stack.ts';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { built } from '../support/built.ts';
import { processesIn, runUntil } from '../support/crash.ts';
import { openMoodyBroker } from '../support/moody-broker.ts';
import { Program } from '../support/program.ts';
import { environmentOf, until } from '../support/test-app.ts';

let main: string;
beforeAll(async () => {
  main = await built('src/main.ts');
});

/** With its browser, so that nothing more of it comes to the broker. */
const kill = async (directory: string, env: Env, point: Checkpoint, visit: number): Promise<void> => {
  expect((await runUntil(directory, env, point, visit)).signal).toBe('SIGKILL');
  await until('the end of its browser', () => processesIn(directory).length === 0, 60_000);
};

/** A folder whose program was killed at the point, and what commands say there. */
const openLeft = async (point: Checkpoint, visit: number) => {
  const opened = new DisposalStack();
  const program = opened.use(new Program(main));
  const { broker } = await openMoodyBroker();
  opened.use(broker);
  const env = { ...environmentOf(broker, 2), VEGA_PORT: '0' };
  await kill(program.directory, env, point, visit);
  const before = broker.log.length;
  return {
    say: async (line: string): Promise<string> => {
      const { code, out, err } = await program.run(line.split(' '), env);
      return `${out}${code === 0 ? '' : err} [${code}]`.replaceAll(/\s+/g, ' ');
    },
    /** What the broker's login was asked since. */
    asked: () => broker.log.slice(before).filter(({ kind }) => kind !== 'PROFILE'),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
};

test('a run that was interrupted is told as one, and ended without being taken up', async () => {
  await using left = await openLeft('OTP_SUBMITTED', 2);
  expect(await left.say('status')).toContain(
    'A run was interrupted: the program that executed it has ended. 1 of 2 made. Next: Go on with it (`vega-auth resume`',
  );
  const abort = await left.say('abort');
  expect(abort).toContain('WEBSOCKET1: INTERRUPTED.');
  expect(abort).toContain(
    'Aborted: 1 of 2 made. Submitted in this run: PRIMARY (all, made), WEBSOCKET1 (MOBILE, OTP). [0]',
  );
  expect(await left.say('abort')).toContain('No run is under way.');
  expect(await left.say('status')).toMatch(/WEBSOCKET1 missing.*Generate what is missing/);
  const report = await left.say('report');
  expect(report).toContain('Somebody asked to end the run at its next safe point.');
  expect(report).not.toContain('is taken up');
  expect(left.asked()).toEqual([]);
});

test('a set that is not whole is accepted once no run is under way, and a logout shuts the gate', async () => {
  await using left = await openLeft('PIN_SUBMITTED', 2);
  expect(await left.say('accept-partial')).toMatch(/no run is under way\. .* `vega-auth status`\. \[3\]$/);
  expect(await left.say('abort')).toMatch(
    /Aborted: 1 of 2 made\. .*WEBSOCKET1 \(MOBILE, OTP, PIN\)\. \[0\]$/,
  );
  expect(await left.say('accept-partial')).toMatch(
    /^The partial set is accepted: WEBSOCKET1 missing.* \[0\]$/,
  );
  expect(await left.say('logout')).toMatch(/^Not logged in: WEBSOCKET1 missing; PRIMARY unknown\. .*\[0\]$/);
  expect(left.asked()).toEqual([]);
});

test('a logout ends a run that was interrupted', async () => {
  await using left = await openLeft('DIALOG_ENTERED', 1);
  expect(await left.say('logout --revoke')).toMatch(/\[0\]$/);
  expect(await left.say('abort')).toBe('No run is under way. [0]');
});

test('a token that was stored before the end is counted when the run is ended', async () => {
  await using left = await openLeft('TOKEN_STORED', 1);
  expect(await left.say('abort')).toContain(
    'Aborted: 1 of 2 made. Submitted in this run: PRIMARY (all, made).',
  );
  expect(left.asked()).toEqual([]);
});
