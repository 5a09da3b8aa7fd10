import { describe, expect, test } from 'vitest';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import { BLOCK_REASONS } from '../../src/domain/auth/block-reason.ts';
import { type HeadlineFacts, headlineOf, missingTokensOf } from '../../src/domain/auth/headline.ts';
import type { RunStep } from '../../src/domain/run/generation-run.ts';
import type { Verdict } from '../../src/domain/token/verdict.ts';

const token = (apiName: ApiName, verdict: Verdict) => ({ apiName, verdict });
const calm: HeadlineFacts = {
  state: 'IDLE',
  blockedBy: null,
  isReady: false,
  run: null,
  checks: [token('PRIMARY', 'VALID'), token('WEBSOCKET1', 'VALID')],
  nextOperations: [],
  levels: ['GREEN'],
};
const step = (apiName: ApiName, status: RunStep['status']): RunStep => ({
  apiName,
  status,
  step: null,
  startedAt: null,
  endedAt: null,
  failure: null,
});
const said = (facts: Partial<HeadlineFacts>): string => {
  const { headline, nextAction } = headlineOf({ ...calm, ...facts });
  return `${headline} | ${nextAction}`;
};

describe('the headline', () => {
  test('of an interrupted run promises nothing that nobody does', () => {
    const steps = [step('PRIMARY', 'DONE'), step('WEBSOCKET1', 'RUNNING')];
    for (const status of ['RUNNING', 'COOLDOWN', 'QUEUED', 'WAITING_OPERATOR'] as const) {
      const text = said({ run: { status, steps }, isInterrupted: true, blockedBy: null });
      expect(text).toMatch(/^A run was interrupted: .* 1 of 2 made\. \| Go on with it .*abort/);
      expect(text).not.toMatch(/by itself|wait/);
    }
    const rejected = { status: 'RUNNING', steps } as const;
    expect(said({ run: rejected, isInterrupted: true, blockedBy: 'CREDENTIALS_REJECTED' })).toMatch(
      /^The broker rejected the credentials/,
    );
  });

  const missing = [token('PRIMARY', 'MISSING'), token('WEBSOCKET1', 'VALID')];

  test('says which tokens are missing before it says what to do', () => {
    expect([
      said({ checks: missing, nextOperations: ['GENERATE_MISSING'] }),
      said({
        checks: [token('PRIMARY', 'UNKNOWN'), token('WEBSOCKET1', 'UNKNOWN')],
        nextOperations: ['CHECK_TOKENS', 'GENERATE_MISSING'],
      }),
      said({ state: 'PARTIAL_AUTH', checks: missing, nextOperations: ['GENERATE_MISSING'] }),
      said({ state: 'COOLDOWN', blockedBy: 'COOLDOWN', checks: missing }),
      said({
        state: 'COOLDOWN',
        blockedBy: 'COOLDOWN',
        checks: missing,
        run: { status: 'COOLDOWN', steps: [] },
      }),
      said({
        state: 'PRIMARY_VALIDATED',
        checks: [token('PRIMARY', 'VALID'), token('WEBSOCKET1', 'EXPIRED')],
        nextOperations: ['GENERATE_MISSING', 'ACCEPT_PARTIAL'],
      }),
    ]).toEqual([
      'Not logged in: PRIMARY missing. | Generate what is missing.',
      'Not logged in: all 2 tokens unknown. | Check with the broker (tokenStatus); then generate what is missing.',
      'PRIMARY missing. | Generate what is missing.',
      'The broker needs rest; PRIMARY missing. | Wait until the time is up; then generate what is missing.',
      'The broker needs rest; PRIMARY missing. | Nothing: it goes on by itself when the time is up.',
      'PRIMARY works; WEBSOCKET1 expired. | Generate what is missing, or accept the partial set.',
    ]);
  });

  test('never calls good what is not confirmed now, or about to end', () => {
    const nextOperations = ['ENTER_DASHBOARD'] as const;
    const open = { state: 'AUTH_CONFIRMED', isReady: true, nextOperations } as const;
    expect([
      said(open),
      said({ ...open, levels: ['GREEN', 'AMBER'] }),
      said({ ...open, state: 'DASHBOARD', levels: ['RED'] }),
      said({
        ...open,
        isReady: false,
        checks: [token('PRIMARY', 'UNKNOWN'), token('WEBSOCKET1', 'VALID')],
        nextOperations: ['CHECK_TOKENS', 'GENERATE_MISSING'],
      }),
    ]).toEqual([
      'Every token is valid. | Enter the dashboard.',
      'Every token is valid, for less than an hour. | Enter the dashboard.',
      'Every token is valid, for less than ten minutes. | Nothing: trade.',
      'Was confirmed, but is not now: PRIMARY unknown. | Check with the broker (tokenStatus); then generate what is missing.',
    ]);
  });

  test('an account without apps is not "every token is valid", and says what to do', () => {
    expect(said({ checks: [], nextOperations: ['SAVE_API_CONFIG'] })).toBe(
      'No API app is configured, so there is no token to make. | Store an API app, PRIMARY first (APIs, or saveApiConfig); then generate.',
    );
  });

  test('with PRIMARY rejected nobody advises to accept the partial set', () => {
    const rejected = { state: 'PARTIAL_AUTH', blockedBy: 'APP_REJECTED', checks: missing } as const;
    expect(said({ ...rejected, nextOperations: ['GENERATE_MISSING'] })).not.toContain('partial set');
    expect(said({ ...rejected, nextOperations: ['GENERATE_MISSING', 'ACCEPT_PARTIAL'] })).toContain(
      'or accept the partial set',
    );
  });

  test('while a run is under way nothing else is said to be next', () => {
    const phases = ['LOGIN_STARTED', 'TOKEN_GENERATION', 'PARTIAL_AUTH', 'RESUME_GENERATION'] as const;
    const steps = [step('PRIMARY', 'DONE'), step('WEBSOCKET1', 'RUNNING')];
    for (const state of phases)
      expect(said({ state, checks: missing, run: { status: 'RUNNING', steps } })).toBe(
        '1 of 2 made; WEBSOCKET1 now. | Nothing: wait.',
      );
  });

  test('what blocks comes before where the account stands', () => {
    const waiting = { status: 'WAITING_OPERATOR', steps: [] } as const;
    const stopped = { status: 'STOPPED', steps: [] } as const;
    expect([
      said({ state: 'TOKEN_GENERATION', blockedBy: 'CAPTCHA', run: waiting }),
      said({ state: 'PARTIAL_AUTH', blockedBy: 'CAPTCHA', run: stopped }),
      said({ state: 'TOKEN_GENERATION', run: waiting }),
      said({ run: { status: 'QUEUED', steps: [] } }),
      said({ run: { status: 'QUEUED', steps: [] }, isByWorkers: true }),
    ]).toEqual([
      'The broker shows a CAPTCHA, and the run waits for you. | Solve it in the browser window on the machine of vega-auth; the run goes on by itself.',
      'The broker showed a CAPTCHA, and nobody solved it. | Log in once by hand in a normal browser, or run with UPSTOX_HEADLESS=false; then generate again.',
      '0 of 0 made. | Act: approve on the phone, or log in at the address that was given.',
      'Another account’s run has the browser; this one is in the queue. | Nothing: it begins by itself.',
      'The run waits for a worker, or for the browser of one. | Nothing while a worker is connected: it begins by itself. systemHealth says when none is; `vega-auth work` starts one.',
    ]);
  });

  test('every reason why nothing moves has a sentence and an advice of its own', () => {
    const texts = BLOCK_REASONS.map((blockedBy) =>
      said({ state: 'PARTIAL_AUTH', blockedBy, checks: missing }),
    );
    expect(new Set(texts).size).toBe(BLOCK_REASONS.length);
  });

  test('lists kinds of lack apart, and says "all" only of several', () => {
    expect([
      missingTokensOf([token('PRIMARY', 'VALID')]),
      missingTokensOf([token('PRIMARY', 'MISSING')]),
      missingTokensOf([
        token('PRIMARY', 'EXPIRED'),
        token('WEBSOCKET1', 'MISSING'),
        token('WEBSOCKET2', 'MISSING'),
      ]),
    ]).toEqual(['', 'PRIMARY missing', 'WEBSOCKET1, WEBSOCKET2 missing; PRIMARY expired']);
  });
});
