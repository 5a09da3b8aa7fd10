import { describe, expect, test } from 'vitest';
import { type AccountSummary, headlineOf, missingTokensOf } from '../../src/sdk/headline.ts';
import type { ApiName, Verdict } from '../../src/sdk/index.ts';

const token = (apiName: ApiName, verdict: Verdict) => ({ apiName, verdict });
const calm: AccountSummary = {
  state: 'IDLE',
  ready: false,
  tokens: [token('PRIMARY', 'VALID'), token('WEBSOCKET1', 'VALID')],
  nextOperations: [],
};
const said = (summary: Partial<AccountSummary>): string => {
  const { word, sentence, nextAction } = headlineOf({ ...calm, ...summary });
  return `${word} | ${sentence} | ${nextAction}`;
};

describe('the headline', () => {
  const missing = [token('PRIMARY', 'MISSING'), token('WEBSOCKET1', 'VALID')];

  test('says which tokens are missing before it says what to do', () => {
    expect([
      said({ tokens: missing, nextOperations: ['GENERATE_MISSING'] }),
      said({
        tokens: [token('PRIMARY', 'UNKNOWN'), token('WEBSOCKET1', 'UNKNOWN')],
        nextOperations: ['CHECK_TOKENS', 'GENERATE_MISSING'],
      }),
      said({ state: 'PARTIAL_AUTH', tokens: missing, nextOperations: ['GENERATE_MISSING'] }),
      said({ state: 'COOLDOWN', blockedBy: 'COOLDOWN', tokens: missing }),
      said({
        state: 'COOLDOWN',
        blockedBy: 'COOLDOWN',
        tokens: missing,
        run: { status: 'COOLDOWN', steps: [] },
      }),
      said({
        state: 'PRIMARY_VALIDATED',
        tokens: [token('PRIMARY', 'VALID'), token('WEBSOCKET1', 'EXPIRED')],
        nextOperations: ['GENERATE_MISSING', 'ACCEPT_PARTIAL'],
      }),
    ]).toEqual([
      'IDLE | Not logged in: PRIMARY missing. | Generate what is missing.',
      'IDLE | Not logged in: all 2 tokens unknown. | Check with the broker; then generate what is missing.',
      'PARTIAL | PRIMARY missing. | Generate what is missing.',
      'COOLDOWN | The broker needs rest; PRIMARY missing. | Wait until the time is up; then generate what is missing.',
      'COOLDOWN | The broker needs rest; PRIMARY missing. | Nothing: it goes on by itself when the time is up.',
      'PRIMARY VALIDATED | PRIMARY works; WEBSOCKET1 expired. | Generate what is missing, or accept the partial set.',
    ]);
  });

  test('never calls good what is not confirmed now, or about to end', () => {
    const open = { state: 'AUTH_CONFIRMED', ready: true } as const;
    expect([
      said(open),
      said({ ...open, expiry: [{ level: 'GREEN' }, { level: 'AMBER' }] }),
      said({ ...open, state: 'DASHBOARD', expiry: [{ level: 'RED' }] }),
      said({
        ...open,
        ready: false,
        tokens: [token('PRIMARY', 'UNKNOWN'), token('WEBSOCKET1', 'VALID')],
        nextOperations: ['CHECK_TOKENS', 'GENERATE_MISSING'],
      }),
    ]).toEqual([
      'CONFIRMED | Every token is valid. | Go to the dashboard.',
      'CONFIRMED | Every token is valid, for less than an hour. | Go to the dashboard.',
      'DASHBOARD | Every token is valid, for less than ten minutes. | Nothing: trade.',
      'CONFIRMED | Was confirmed, but is not now: PRIMARY unknown. | Check with the broker; then generate what is missing.',
    ]);
    expect(headlineOf({ ...calm, ...open }).tone).toBe('good');
    expect(headlineOf({ ...calm, ...open, expiry: [{ level: 'AMBER' }] }).tone).toBe('warn');
    expect(headlineOf({ ...calm, ...open, ready: false }).tone).toBe('warn');
  });

  test('an account without apps is not "every token is valid", and says what to do', () => {
    expect(said({ tokens: [], nextOperations: ['SAVE_API_CONFIG'] })).toBe(
      'IDLE | No API app is configured, so there is no token to make. | Store an API app, PRIMARY first (APIs, or saveApiConfig); then generate.',
    );
  });

  test('with PRIMARY rejected nobody advises to accept the partial set', () => {
    const rejected = { state: 'PARTIAL_AUTH', blockedBy: 'APP_REJECTED', tokens: missing } as const;
    expect(said({ ...rejected, nextOperations: ['GENERATE_MISSING'] })).not.toContain('partial set');
    expect(said({ ...rejected, nextOperations: ['GENERATE_MISSING', 'ACCEPT_PARTIAL'] })).toContain(
      'or accept the partial set',
    );
  });

  test('while a run is under way nothing else is said to be next', () => {
    const phases = ['LOGIN_STARTED', 'TOKEN_GENERATION', 'PARTIAL_AUTH', 'RESUME_GENERATION'] as const;
    const steps = [{ apiName: 'WEBSOCKET1', status: 'RUNNING', step: 'OTP' }] as const;
    for (const state of phases)
      expect(said({ state, tokens: missing, run: { status: 'RUNNING', steps } })).toMatch(
        /\| Nothing: wait\.$/,
      );
  });

  test('what blocks comes before where the account stands', () => {
    const waiting = { status: 'WAITING_OPERATOR', steps: [] } as const;
    expect([
      said({ state: 'TOKEN_GENERATION', blockedBy: 'CAPTCHA', run: waiting }).split(' | ')[0],
      said({ state: 'PARTIAL_AUTH', blockedBy: 'CREDENTIALS_REJECTED' }).split(' | ')[0],
      said({ run: { status: 'QUEUED', queuePosition: 2, steps: [] } }),
    ]).toEqual([
      'CAPTCHA',
      'QUARANTINE',
      'QUEUED | Another account’s run has the browser; this one is number 2 in the queue. | Nothing: it begins by itself.',
    ]);
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
