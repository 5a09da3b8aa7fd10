import { describe, expect, test } from 'vitest';
import {
  canAcceptPartial,
  checksWithRow,
  nextOperations,
  type Situation,
} from '../../src/domain/auth/advice.ts';
import { AUTH_PHASES } from '../../src/domain/auth/auth-phase.ts';
import type { GateFacts } from '../../src/domain/auth/auth-state.ts';
import type { NextOperation } from '../../src/domain/auth/next-operation.ts';
import {
  type GenerationRun,
  isOver,
  pendingStep,
  RUN_STATUSES,
} from '../../src/domain/run/generation-run.ts';
import { VERDICTS } from '../../src/domain/token/verdict.ts';
import { check, later, NOW, pair, authRecord as record } from './auth-facts.ts';

const COMPLETE = pair('VALID', 'VALID');
const HALF = pair('VALID', 'MISSING');

const facts = (parts: Partial<GateFacts> = {}): GateFacts => ({
  record: record(),
  checks: HALF,
  now: NOW,
  isRecheckDue: false,
  ...parts,
});

/** What there is to do next, by default with one token of two and nothing in the way. */
const next = (parts: Partial<GateFacts> = {}, others: Partial<Situation> = {}): readonly NextOperation[] =>
  nextOperations({ facts: facts(parts), run: null, ended: [], hasCredentials: true, ...others });

const run = (status: GenerationRun['status']): GenerationRun => ({
  id: 'a-run',
  accountId: 'UPSTOX_01',
  mode: 'ALL',
  status,
  startedAt: NOW,
  endedAt: null,
  waitingUntil: null,
  steps: [pendingStep('PRIMARY')],
});

const confirmed = { isConfirmed: true, phase: 'AUTH_CONFIRMED' } as const;

test('while a run is under way there is nothing to do, after it there is what is left', () => {
  for (const status of RUN_STATUSES)
    expect([status, next({}, { run: run(status) })]).toEqual([
      status,
      isOver({ status }) ? ['GENERATE_MISSING'] : [],
    ]);
});

describe('what comes first', () => {
  test.for<[string, Partial<GateFacts>, readonly NextOperation[]]>([
    ['an account without an API gets one', { checks: [] }, ['SAVE_API_CONFIG']],
    ['a quarantine is cleared', { record: record({ quarantinedAt: NOW }) }, ['CLEAR_QUARANTINE']],
    ['a confirmed set is entered', { checks: COMPLETE, record: record(confirmed) }, ['ENTER_DASHBOARD']],
    [
      'at the dashboard there is nothing left',
      { checks: COMPLETE, record: record({ ...confirmed, phase: 'DASHBOARD' }) },
      [],
    ],
    ['a check that is due is waited for', { isRecheckDue: true }, []],
    [
      'a complete set is about to be confirmed',
      { checks: COMPLETE, record: record({ phase: 'PRIMARY_VALIDATED' }) },
      [],
    ],
  ])('%s', ([, parts, operations]) => {
    expect(next(parts)).toEqual(operations);
  });
});

describe('a login', () => {
  const cooldown = { from: NOW, until: later(60), reason: 'THROTTLED' } as const;

  test('makes what is missing, in whichever phase', () => {
    const phases = AUTH_PHASES.filter(
      (phase) => next({ record: record({ phase }) })[0] === 'GENERATE_MISSING',
    );
    expect(phases).toEqual(AUTH_PHASES);
  });

  test('is what leads on from IDLE where nothing is missing, and from no other phase', () => {
    const phases = AUTH_PHASES.filter((phase) =>
      next({ checks: COMPLETE, record: record({ phase }) }).includes('START_LOGIN'),
    );
    expect(phases).toEqual(['IDLE']);
    expect(next({ checks: COMPLETE, record: record({ phase: 'PARTIAL_AUTH' }) })).toEqual([]);
  });

  test('alone undoes a logout', () => {
    expect(next({ record: record({ isLoggedOut: true }) })).toEqual(['START_LOGIN']);
    expect(next({ checks: COMPLETE, record: record({ isLoggedOut: true }) })).toEqual(['START_LOGIN']);
  });

  test('waits for the end of a cooldown', () => {
    expect(next({ record: record({ cooldown }) })).toEqual([]);
    expect(next({ record: record({ cooldown }), checks: COMPLETE })).toEqual([]);
    expect(next({ record: record({ cooldown }), now: later(60) })).toEqual(['GENERATE_MISSING']);
  });

  test('that has to make a token needs credentials', () => {
    expect(next({}, { hasCredentials: false })).toEqual(['UPDATE_CREDENTIALS']);
    expect(next({ checks: COMPLETE }, { hasCredentials: false })).toEqual([
      'UPDATE_CREDENTIALS',
      'START_LOGIN',
    ]);
  });

  test('replaces no token of which nobody knows whether it works', () => {
    expect(next({ checks: pair('VALID', 'UNKNOWN') })).toEqual(['CHECK_TOKENS', 'START_LOGIN']);
    expect(next({ checks: pair('UNKNOWN', 'MISSING') })).toEqual(['CHECK_TOKENS', 'GENERATE_MISSING']);
  });
});

describe('tokens that end each other are not made in turns', () => {
  const ended = [{ apiName: 'WEBSOCKET1', endedBy: ['PRIMARY'] }] as const;
  const checks = pair('VALID', 'INVALID');
  const notByLogin = ['PRIMARY'] as const;

  test.for<[string, Partial<GateFacts>, readonly NextOperation[]]>([
    ['of two by login', { checks }, []],
    ['of two that are both dead, one is made', { checks: pair('INVALID', 'INVALID') }, ['GENERATE_MISSING']],
    ['the other one by no login, in the table', { checks, notByLogin }, []],
    [
      'the other one by no login, out of reach of one',
      { checks, notByLogin, withoutRow: notByLogin },
      ['GENERATE_MISSING'],
    ],
  ])('%s', ([, parts, operations]) => {
    expect(next(parts, { ended })).toEqual(operations);
  });
});

describe('a role that no login serves', () => {
  const notByLogin = ['WEBSOCKET1'] as const;

  test('wants a token of its own unless it has one, as far as is known', () => {
    const wanting = VERDICTS.filter((verdict) =>
      next({ checks: pair('VALID', verdict), notByLogin }).includes('IMPORT_TOKEN'),
    );
    expect(wanting).toEqual(['EXPIRED', 'INVALID', 'MISSING']);
    expect(next({ checks: [...COMPLETE, check('WEBSOCKET2', 'MISSING')], notByLogin })).toEqual([
      'GENERATE_MISSING',
    ]);
  });

  test('is no reason for a run', () => {
    expect(next({ notByLogin, record: record({ phase: 'PRIMARY_VALIDATED' }) })).toEqual([
      'IMPORT_TOKEN',
      'ACCEPT_PARTIAL',
    ]);
  });

  test('leaves nothing that could refuse a login, where it is the only kind', () => {
    expect(next({ checks: [check('WEBSOCKET1', 'MISSING')], notByLogin })).toEqual([
      'START_LOGIN',
      'IMPORT_TOKEN',
    ]);
  });
});

describe('a partial set', () => {
  test('can be accepted in the phases that PRIMARY has led to', () => {
    const phases = AUTH_PHASES.filter((phase) => canAcceptPartial(facts({ record: record({ phase }) })));
    expect(phases).toEqual(['PRIMARY_VALIDATED', 'AUTH_CONFIRMED', 'DASHBOARD']);
    expect(next({ record: record({ phase: 'PRIMARY_VALIDATED' }) })).toEqual([
      'GENERATE_MISSING',
      'ACCEPT_PARTIAL',
    ]);
  });

  test('is none without a VALID PRIMARY, nor once the gate is open', () => {
    const phase = 'PRIMARY_VALIDATED';
    expect(canAcceptPartial(facts({ record: record({ phase }), checks: pair('UNKNOWN', 'VALID') }))).toBe(
      false,
    );
    const accepted = record({ ...confirmed, acceptedUntil: later(1) });
    expect(canAcceptPartial(facts({ record: accepted }))).toBe(false);
    expect(next({ record: accepted })).toEqual(['ENTER_DASHBOARD']);
  });
});

test('the tokens that a login can end are those with a row', () => {
  expect(checksWithRow(facts({ checks: COMPLETE }))).toEqual(COMPLETE);
  expect(checksWithRow(facts({ checks: COMPLETE, withoutRow: ['PRIMARY'] }))).toEqual([COMPLETE[1]]);
});
