import { describe, expect, test } from 'vitest';
import type { Env } from '../src/config.ts';
import type { Checkpoint } from '../src/services/runs/checkpoints.ts';
import { Semaphore } from '../src/services/semaphore.ts';
import {
  AT_ONCE,
  expected,
  generateTheRest,
  PATIENCE_MS,
  type Scenario,
  survive,
  throttled,
} from './support/crash-scenario.ts';
import { drawn } from './support/repetitions.ts';

const stored: Scenario = { visit: 2, shows: null };

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

const places = new Semaphore(AT_ONCE);

describe.concurrent('killed at', () => {
  test.each(drawn(DETOURS, 2))(
    'a moment when %s, at %s, the next start finds its way, too',
    {
      timeout: PATIENCE_MS,
    },
    async (_title, point, scenario) => {
      expect(await places.run(() => survive(point, scenario))).toEqual(expected(scenario));
    },
  );
});
