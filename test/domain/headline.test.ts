import { describe, expect, test } from 'vitest';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import { AUTH_PHASES } from '../../src/domain/auth/auth-phase.ts';
import { BLOCK_REASONS } from '../../src/domain/auth/block-reason.ts';
import { type HeadlineFacts, headlineOf, missingTokensOf } from '../../src/domain/auth/headline.ts';
import { NEXT_OPERATIONS } from '../../src/domain/auth/next-operation.ts';
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
    expect(said({ isInterrupted: true })).toMatch(/^Not logged in/);
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
    const steps = [
      ...[step('PRIMARY', 'DONE'), step('WEBSOCKET1', 'RUNNING'), step('WEBSOCKET2', 'PENDING')],
    ];
    for (const state of phases)
      expect(said({ state, checks: missing, run: { status: 'RUNNING', steps } })).toBe(
        '1 of 3 made; WEBSOCKET1 now. | Nothing: wait.',
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
    const texts = BLOCK_REASONS.map(
      (blockedBy) => `${blockedBy}: ${said({ state: 'PARTIAL_AUTH', blockedBy, checks: missing })}`,
    );
    expect(texts).toMatchInlineSnapshot(`
      [
        "CAPTCHA: The broker showed a CAPTCHA, and nobody solved it. | Log in once by hand in a normal browser, or run with UPSTOX_HEADLESS=false; then generate again.",
        "COOLDOWN: PRIMARY missing. | Wait until the time is up; then generate what is missing.",
        "CREDENTIALS_REJECTED: The broker rejected the credentials. Nothing is tried until you have looked at it. | Log in by hand, correct what was wrong, then clear the quarantine with a reason (clearQuarantine).",
        "APP_REJECTED: The broker does not accept an app: PRIMARY missing. | Put the app right at the broker and generate again, or serve the role otherwise (\`roles\` has plans).",
        "PAGE_CHANGED: The broker’s login page is not known any more. | Log in once by hand to see what it asks for, then generate again.",
        "BROKER_UNREACHABLE: The broker does not answer. | Look at the broker’s status page, then generate again.",
        "DATABASE: A token could not be written to the database. | Check the database file, its permissions and the disk, then generate again.",
        "BROWSER_BUSY: Another program has the browser. | Wait for it, or stop it; the run then goes on by itself.",
        "ACTION_REQUIRED: The broker asks for something that only you may decide; nothing was agreed to. | Log in at the broker by hand, decide about it there, then generate again.",
        "MOBILE_REJECTED: The broker knows no account with the mobile number. | Correct the mobile number, then generate again.",
        "MAINTENANCE: The broker is closed for maintenance. | Generate again when it is over.",
        "TOKENS_END_EACH_OTHER: The broker seems to keep one token per user: making one ended another. PRIMARY missing. | Generating again does not help. Enable only the APIs whose tokens the broker keeps at the same time.",
      ]
    `);
  });

  test('of a rejected app names no token where every one is valid', () => {
    expect(said({ blockedBy: 'APP_REJECTED' })).toMatch(/^The broker does not accept an app\. \|/);
  });

  test('says of every phase where the account stands, with every token and with one missing', () => {
    const partial = [token('PRIMARY', 'VALID'), token('WEBSOCKET1', 'MISSING')];
    const texts = AUTH_PHASES.flatMap((state) => [
      `${state}: ${headlineOf({ ...calm, state, isReady: true }).headline}`,
      `${state}: ${headlineOf({ ...calm, state, isReady: true, checks: partial }).headline}`,
    ]);
    expect(texts).toMatchInlineSnapshot(`
      [
        "IDLE: Not logged in; every token is valid.",
        "IDLE: Not logged in: WEBSOCKET1 missing.",
        "LOGIN_STARTED: A run is about to begin.",
        "LOGIN_STARTED: A run is about to begin.",
        "TOKEN_GENERATION: A run is about to begin.",
        "TOKEN_GENERATION: A run is about to begin.",
        "PARTIAL_AUTH: A run has ended before its end.",
        "PARTIAL_AUTH: WEBSOCKET1 missing.",
        "COOLDOWN: The broker needs rest.",
        "COOLDOWN: The broker needs rest; WEBSOCKET1 missing.",
        "RESUME_GENERATION: A run is about to begin.",
        "RESUME_GENERATION: A run is about to begin.",
        "PRIMARY_VALIDATED: PRIMARY works; the rest is being confirmed.",
        "PRIMARY_VALIDATED: PRIMARY works; WEBSOCKET1 missing.",
        "AUTH_CONFIRMED: Every token is valid.",
        "AUTH_CONFIRMED: The partial set is accepted: WEBSOCKET1 missing.",
        "DASHBOARD: Every token is valid.",
        "DASHBOARD: The partial set is accepted: WEBSOCKET1 missing.",
      ]
    `);
    expect(said({ state: 'DASHBOARD' })).toMatch(/^Was confirmed, but is not now\. \|/);
  });

  test('advises what would be accepted, each operation alone and some together', () => {
    const together = [
      ['CHECK_TOKENS', 'START_LOGIN'],
      ['START_LOGIN', 'IMPORT_TOKEN'],
      ['IMPORT_TOKEN', 'ACCEPT_PARTIAL'],
      ['UPDATE_CREDENTIALS', 'START_LOGIN'],
    ] as const;
    // How a quarantine is cleared stands with what blocks the account.
    const alone = NEXT_OPERATIONS.filter((operation) => operation !== 'CLEAR_QUARANTINE');
    const advice = [[], ...alone.map((operation) => [operation]), ...together].map((nextOperations) => {
      const { nextAction } = headlineOf({ ...calm, checks: missing, nextOperations });
      return `${nextOperations.join(' ') || 'nothing'}: ${nextAction}`;
    });
    expect(advice).toMatchInlineSnapshot(`
      [
        "nothing: Nothing: wait.",
        "SAVE_API_CONFIG: Store an API app, PRIMARY first (APIs, or saveApiConfig); then generate.",
        "UPDATE_CREDENTIALS: Save the credentials of the account (updateAccountCredentials).",
        "CHECK_TOKENS: Check with the broker (tokenStatus).",
        "START_LOGIN: Log in: that generates what is missing.",
        "GENERATE_MISSING: Generate what is missing.",
        "IMPORT_TOKEN: Import the token that no login makes (importToken).",
        "ACCEPT_PARTIAL: Accept the partial set, or wait.",
        "ENTER_DASHBOARD: Enter the dashboard.",
        "CHECK_TOKENS START_LOGIN: Check with the broker (tokenStatus); then log in.",
        "START_LOGIN IMPORT_TOKEN: Log in: that generates what is missing.",
        "IMPORT_TOKEN ACCEPT_PARTIAL: Import the token that no login makes (importToken), or accept the partial set.",
        "UPDATE_CREDENTIALS START_LOGIN: Save the credentials of the account (updateAccountCredentials).",
      ]
    `);
    expect(said({ nextOperations: ['START_LOGIN'] })).toMatch(/\| Log in\.$/);
    const stopped = { status: 'STOPPED', steps: [step('PRIMARY', 'DONE')] } as const;
    expect(said({ run: stopped, nextOperations: ['START_LOGIN'] })).toMatch(/\| Log in\.$/);
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
