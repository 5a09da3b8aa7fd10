import { beforeAll, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { built } from '../support/built.ts';
import { runUntil } from '../support/crash.ts';
import { openMoodyBroker } from '../support/moody-broker.ts';
import { Program, type Ran } from '../support/program.ts';
import { environmentOf } from '../support/test-app.ts';

let main: string;
beforeAll(async () => {
  main = await built('src/main.ts');
});

/** What the commands say of a run whose program was killed at the point, and what they ask of the broker's login. */
const afterDeathAt = async (point: Checkpoint, visit: number) => {
  await using program = new Program(main);
  const { broker } = await openMoodyBroker();
  await using _broker = broker;
  const env = { ...environmentOf(broker, 2), VEGA_PORT: '0' };
  expect((await runUntil(program.directory, env, point, visit)).signal).toBe('SIGKILL');
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

test('a token that was stored before the end is counted when the run is ended', async () => {
  const { said, asked } = await afterDeathAt('TOKEN_STORED', 1);
  expect(said[1]).toContain('Aborted: 1 of 2 made. Submitted in this run: PRIMARY (all, made).');
  expect(asked).toEqual([]);
});
