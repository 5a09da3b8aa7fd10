import { beforeAll, expect, test } from 'vitest';
import type { Env } from '../../src/config.ts';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { built } from '../support/built.ts';
import { processesIn, runUntil } from '../support/crash.ts';
import { openMoodyBroker } from '../support/moody-broker.ts';
import { Program, type Ran } from '../support/program.ts';
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

/** What the commands say of a run whose program was killed at the point, and what they ask of the broker's login. */
const afterDeathAt = async (point: Checkpoint, visit: number) => {
  await using program = new Program(main);
  const { broker } = await openMoodyBroker();
  await using _broker = broker;
  const env = { ...environmentOf(broker, 2), VEGA_PORT: '0' };
  await kill(program.directory, env, point, visit);
  const before = broker.log.length;
  const said: Ran[] = [];
  for (const line of ['status', 'abort', 'abort', 'status', 'report'])
    said.push(await program.run(line.split(' '), env));
  const asked = broker.log.slice(before).filter(({ kind }) => kind !== 'PROFILE');
  return { said: said.map(({ out }) => out.replaceAll(/\s+/g, ' ')), asked };
};

test('a run that was interrupted is told as one, and ended without being taken up', async () => {
  const { said, asked } = await afterDeathAt('OTP_SUBMITTED', 2);
  const [status, abort, again, after, report] = said;
  expect(status).toContain(
    'A run was interrupted: the program that executed it has ended. 1 of 2 made. Next: Go on with it (`vega-auth resume`',
  );
  expect(abort).toContain('WEBSOCKET1: INTERRUPTED.');
  expect(abort).toContain(
    'Aborted: 1 of 2 made. Submitted in this run: PRIMARY (all, made), WEBSOCKET1 (MOBILE, OTP).',
  );
  expect(again).toContain('No run is under way.');
  expect(after).toContain('WEBSOCKET1 missing');
  expect(after).toContain('Generate what is missing');
  expect(report).toContain('Somebody asked to end the run at its next safe point.');
  expect(asked).toEqual([]);
});

test('a set that is not whole is accepted once no run is under way, and a logout shuts the gate', async () => {
  await using program = new Program(main);
  const { broker } = await openMoodyBroker();
  await using _broker = broker;
  const env = { ...environmentOf(broker, 2), VEGA_PORT: '0' };
  await kill(program.directory, env, 'PIN_SUBMITTED', 2);
  const before = broker.log.length;
  const say = async (line: string) => {
    const { code, out, err } = await program.run(line.split(' '), env);
    return `${out}${code === 0 ? '' : err} [${code}]`.replaceAll(/\s+/g, ' ');
  };
  expect(await say('accept-partial')).toMatch(/no run is under way\. .* `vega-auth status`\. \[3\]$/);
  expect(await say('abort')).toMatch(/Aborted: 1 of 2 made\. .*WEBSOCKET1 \(MOBILE, OTP, PIN\)\. \[0\]$/);
  expect(await say('accept-partial')).toMatch(/^The partial set is accepted: WEBSOCKET1 missing.* \[0\]$/);
  expect(await say('logout')).toMatch(/^Not logged in: WEBSOCKET1 missing; PRIMARY unknown\. .*\[0\]$/);
  expect(broker.log.slice(before).every(({ kind }) => kind === 'PROFILE')).toBe(true);
});

test('a logout ends a run that was interrupted', async () => {
  await using program = new Program(main);
  const { broker } = await openMoodyBroker();
  await using _broker = broker;
  const env = { ...environmentOf(broker, 2), VEGA_PORT: '0' };
  await kill(program.directory, env, 'DIALOG_ENTERED', 1);
  expect((await program.run(['logout', '--revoke'], env)).code).toBe(0);
  expect((await program.run(['abort'], env)).out).toBe('No run is under way.\n');
});

test('a token that was stored before the end is counted when the run is ended', async () => {
  const { said, asked } = await afterDeathAt('TOKEN_STORED', 1);
  expect(said[1]).toContain('Aborted: 1 of 2 made. Submitted in this run: PRIMARY (all, made).');
  expect(asked).toEqual([]);
});
