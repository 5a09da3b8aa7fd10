import { describe, expect, test } from 'vitest';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import { decide } from '../../src/domain/run/decision.ts';
import { type Failure, NEXT_ACTIONS } from '../../src/domain/run/failure.ts';
import {
  type EndedToken,
  type GenerationRun,
  pendingStep,
  type RunStep,
} from '../../src/domain/run/generation-run.ts';
import { currentEnds, endedTokenText, findEndedTokens } from '../../src/domain/token/ended-token.ts';
import type { TokenCheck, VerdictReason } from '../../src/domain/token/verdict.ts';

const check = (apiName: ApiName, reason: VerdictReason | null): TokenCheck => ({
  apiName,
  verdict:
    reason === null
      ? 'VALID'
      : reason === 'NOT_FOUND'
        ? 'MISSING'
        : reason === 'TIMEOUT'
          ? 'UNKNOWN'
          : 'INVALID',
  timeValid: true,
  profileValid: null,
  reason,
  httpStatus: null,
});
const valid = (apiName: ApiName) => check(apiName, null);
const refused = (apiName: ApiName) => check(apiName, 'REJECTED');

const step = (apiName: ApiName, second: number, change: Partial<RunStep> = {}): RunStep => ({
  ...pendingStep(apiName),
  status: 'DONE',
  endedAt: new Date(second * 1000),
  ...change,
});
const failed = (
  apiName: ApiName,
  second: number,
  code: Failure['code'],
  submitted: Failure['submitted'] = [],
) =>
  step(apiName, second, {
    status: 'FAILED',
    failure: { code, message: '', nextAction: NEXT_ACTIONS[code], submitted },
  });
const run = (steps: readonly RunStep[], endedTokens: readonly EndedToken[] = []): GenerationRun => ({
  id: '1',
  accountId: 'UPSTOX_01',
  mode: 'INVALID_ONLY',
  status: 'STOPPED',
  startedAt: new Date(0),
  endedAt: null,
  waitingUntil: null,
  steps,
  endedTokens,
});

describe('a run has ended', () => {
  test.each<[string, readonly RunStep[], readonly ApiName[], readonly TokenCheck[], readonly EndedToken[]]>([
    [
      'the tokens that it made before its last one',
      [step('PRIMARY', 1), step('WEBSOCKET1', 2), step('WEBSOCKET2', 3)],
      [],
      [refused('PRIMARY'), refused('WEBSOCKET1'), valid('WEBSOCKET2')],
      [
        { apiName: 'PRIMARY', endedBy: ['WEBSOCKET1', 'WEBSOCKET2'] },
        { apiName: 'WEBSOCKET1', endedBy: ['WEBSOCKET2'] },
      ],
    ],
    [
      'a token that worked before it, by whatever it made',
      [step('WEBSOCKET2', 5), step('WEBSOCKET1', 2)],
      ['PRIMARY'],
      [refused('PRIMARY'), refused('WEBSOCKET1'), valid('WEBSOCKET2')],
      [
        { apiName: 'PRIMARY', endedBy: ['WEBSOCKET1', 'WEBSOCKET2'] },
        { apiName: 'WEBSOCKET1', endedBy: ['WEBSOCKET2'] },
      ],
    ],
    [
      'a token, where the code of another one was sent and nobody knows what came of it',
      [failed('WEBSOCKET1', 2, 'CODE_SPENT', ['MOBILE', 'OTP', 'PIN', 'CODE'])],
      ['PRIMARY'],
      [refused('PRIMARY'), check('WEBSOCKET1', 'NOT_FOUND')],
      [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] }],
    ],
    [
      'nothing, where no other token was made',
      [failed('WEBSOCKET1', 2, 'CAPTCHA')],
      ['PRIMARY'],
      [refused('PRIMARY'), check('WEBSOCKET1', 'NOT_FOUND')],
      [],
    ],
    [
      'nothing, where the old token of the same API has died of the new one',
      [failed('PRIMARY', 2, 'CODE_SPENT', ['CODE'])],
      ['PRIMARY'],
      [refused('PRIMARY')],
      [],
    ],
    [
      'nothing that did not work before',
      [step('WEBSOCKET1', 2)],
      [],
      [refused('PRIMARY'), valid('WEBSOCKET1')],
      [],
    ],
    [
      'nothing that the broker has not said to be dead',
      [step('WEBSOCKET1', 2)],
      ['PRIMARY', 'WEBSOCKET2', 'WEBSOCKET3'],
      [check('PRIMARY', 'TIMEOUT'), check('WEBSOCKET2', 'INACTIVE'), check('WEBSOCKET3', 'CLIENT_CHANGED')],
      [],
    ],
  ])('%s', (_what, steps, validBefore, checks, ended) => {
    expect(findEndedTokens(run(steps), validBefore, checks)).toEqual(ended);
  });
});

describe('what a run has ended stands', () => {
  const ended: EndedToken = { apiName: 'PRIMARY', endedBy: ['WEBSOCKET1', 'WEBSOCKET2'] };
  const [older, inactive] = [run([step('WEBSOCKET1', 1)], [ended]), check('PRIMARY', 'INACTIVE')];

  test.each<[string, readonly GenerationRun[], readonly TokenCheck[], readonly EndedToken[]]>([
    ['while the token is dead', [older], [inactive, valid('WEBSOCKET1'), valid('WEBSOCKET2')], [ended]],
    [
      'by those that are still enabled',
      [older],
      [inactive, valid('WEBSOCKET2')],
      [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET2'] }],
    ],
    ['not when all of those are disabled', [older], [inactive], []],
    ['not when the token works', [older], [valid('PRIMARY'), valid('WEBSOCKET1')], []],
    [
      'also behind a later run about other tokens',
      [run([step('WEBSOCKET3', 3)]), older],
      [inactive, valid('WEBSOCKET1')],
      [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] }],
    ],
    [
      'not when a later run has made it beside the others',
      [run([step('PRIMARY', 3)]), older],
      [inactive, valid('WEBSOCKET1')],
      [],
    ],
  ])('%s', (_when, runs, checks, summary) => {
    expect(currentEnds(runs, checks)).toEqual(summary);
  });
});

describe('INVALID_ONLY', () => {
  const request = { mode: 'INVALID_ONLY', apiNames: [], replaceValid: false, includeUnknown: false } as const;
  const ended: readonly EndedToken[] = [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] }];
  const checks = [refused('PRIMARY'), valid('WEBSOCKET1')];

  test('does not make a token again that would end a valid one, unless the operator confirms it', () => {
    expect(() => decide(request, checks, ended)).toThrow(
      'WEBSOCKET1 would be ended although valid. Making WEBSOCKET1 ended the token of PRIMARY',
    );
    expect(decide({ ...request, replaceValid: true }, checks, ended)).toEqual(['PRIMARY']);
    expect(decide(request, checks)).toEqual(['PRIMARY']);
    expect(decide({ ...request, mode: 'PARTIAL', apiNames: ['PRIMARY'] }, checks, ended)).toEqual([
      'PRIMARY',
    ]);
  });

  test('makes it where nothing valid is left to be ended', () => {
    const all = [refused('PRIMARY'), refused('WEBSOCKET1')];
    expect(decide(request, all, ended)).toEqual(['PRIMARY', 'WEBSOCKET1']);
  });
});

test('the words name both sides', () => {
  expect(endedTokenText({ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] })).toBe(
    'Making WEBSOCKET1 ended the token of PRIMARY: the broker seems to keep one token per user.',
  );
});

describe('a token that a run may have made', () => {
  const unsure = failed('PRIMARY', 1, 'UNVERIFIED');

  test('has not been ended, because nobody knows that it ever worked', () => {
    const steps = [unsure, step('WEBSOCKET1', 2)];
    expect(findEndedTokens(run(steps), ['PRIMARY'], [refused('PRIMARY'), valid('WEBSOCKET1')])).toEqual([]);
  });

  test('has ended another one only where no other was made for certain', () => {
    const ends = (...steps: readonly RunStep[]) =>
      findEndedTokens(run(steps), ['WEBSOCKET3'], [refused('WEBSOCKET3')]).map(({ endedBy }) => endedBy);
    expect(ends(unsure)).toEqual([['PRIMARY']]);
    expect(ends(failed('PRIMARY', 1, 'SPENT_UNKNOWN', ['CODE']), step('WEBSOCKET1', 2))).toEqual([
      ['WEBSOCKET1'],
    ]);
    expect(ends(failed('PRIMARY', 1, 'CAPTCHA', ['OTP']))).toEqual([]);
  });

  test('is looked for among the steps that ended, in whichever order', () => {
    const steps = [step('WEBSOCKET1', 2), step('PRIMARY', 1), pendingStep('WEBSOCKET2')];
    expect(findEndedTokens(run(steps), [], [refused('PRIMARY'), refused('WEBSOCKET1')])).toEqual([
      { apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] },
    ]);
  });
});

describe('what still keeps an account from having all its tokens', () => {
  const ends: readonly EndedToken[] = [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] }];
  const dead = [refused('PRIMARY'), valid('WEBSOCKET1')];

  test('is over once a later run of the day has made the token, among others', () => {
    const ending = run([step('WEBSOCKET1', 2)], ends);
    const again = run([step('WEBSOCKET2', 3), step('PRIMARY', 4)]);
    const inVain = run([failed('PRIMARY', 3, 'CAPTCHA'), step('WEBSOCKET1', 4)]);
    expect(currentEnds([again, ending], dead)).toEqual([]);
    expect(currentEnds([inVain, ending], dead)).toEqual(ends);
    expect(currentEnds([ending], dead)).toEqual(ends);
  });

  test('is of that token alone, and of runs that have ended one', () => {
    const others = [...dead, refused('WEBSOCKET2')];
    expect(currentEnds([run([step('WEBSOCKET1', 2)], ends)], others)).toEqual(ends);
    const { endedTokens: _, ...without } = run([step('PRIMARY', 1)]);
    expect(currentEnds([without], dead)).toEqual([]);
    expect(currentEnds([], dead)).toEqual([]);
  });
});
