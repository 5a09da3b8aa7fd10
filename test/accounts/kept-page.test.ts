import { expect, test } from 'vitest';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { violationsIn } from '../support/broker-invariants.ts';
import { openTestApp } from '../support/test-app.ts';

/** A browser that the broker remembers is asked for the PIN first, and then for the mobile number all the same. */
const ASKS_AGAIN = `
  const send2 = post;
  post = async function (url, data) {
    const answer = await send2(url, data);
    if (config.firstStep !== 'PIN' || !url.includes('2fa') || !answer.success) return answer;
    show('MOBILE');
    return new Promise(function () {});
  };`;

test('a login that has submitted the PIN keeps its page during the OTP spacing, and types no second PIN', async () => {
  const reached: Checkpoint[] = [];
  await using testApp = await openTestApp({
    simulator: { knobs: { remembersIdentity: true, pageScript: ASKS_AGAIN } },
    apis: 2,
    env: { VEGA_OTP_SPACING_SECONDS: '15', VEGA_STEP_TIMEOUT_SECONDS: '6' },
    onCheckpoint: (checkpoint) => void reached.push(checkpoint),
  });
  const { steps } = await testApp.generate('mode: ALL');
  expect(steps[0].status).toBe('DONE');
  expect(reached).toContain('TURN_GIVEN');
  const second = testApp.broker.log.filter(({ clientId }) => clientId === testApp.broker.apps[1]?.clientId);
  expect(second.filter(({ kind }) => kind === 'PIN')).toHaveLength(1);
  expect(second.filter(({ kind }) => kind === 'DIALOG')).toHaveLength(1);
  expect(violationsIn(testApp.broker.log, { cooldownMs: 0 })).toEqual([]);
}, 90_000);
