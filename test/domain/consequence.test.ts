import { expect, expectTypeOf, test } from 'vitest';
import { exitOfRun } from '../../src/cli/exit-code.ts';
import { type Consequence, consequenceOf, endsRun, stopsRun } from '../../src/domain/run/consequence.ts';
import { FAILURE_CODES, type FailureCode } from '../../src/domain/run/failure.ts';

const codesWith = (wanted: Consequence['kind'], isRetried: boolean): readonly FailureCode[] =>
  FAILURE_CODES.filter((code) => {
    const consequence = consequenceOf({ code });
    return consequence.kind === wanted && consequence.isRetried === isRetried;
  });

test('only what concerns one app lets a run go on to the next', () => {
  expect(codesWith('NEXT_API', false)).toEqual([
    ...['APP_REJECTED', 'CODE_SPENT', 'TOKEN_REJECTED', 'TOKEN_ENDED', 'UNVERIFIED', 'APPROVAL_LAPSED'],
    'ROLE_NEEDS_NO_LOGIN',
  ]);
  expect(codesWith('NEXT_API', true)).toEqual(['SPENT_UNKNOWN']);
  for (const code of FAILURE_CODES) {
    const consequence = consequenceOf({ code });
    expect([code, stopsRun(consequence)]).toEqual([code, consequence.kind !== 'NEXT_API']);
  }
});

test('throttling alone pauses a run; an unreachable broker ends it with a cooldown', () => {
  expect(codesWith('COOLDOWN', true)).toEqual(['THROTTLED']);
  expect(codesWith('COOLDOWN', false)).toEqual(['MAINTENANCE', 'BROKER_UNREACHABLE']);
});

test('rejected credentials alone quarantine the account', () => {
  expect(codesWith('QUARANTINE', false)).toEqual(['CREDENTIALS_REJECTED']);
});

test('everything else ends the run and waits for the operator', () => {
  expect(codesWith('STOP', false)).toEqual([
    ...['CAPTCHA', 'ACTION_REQUIRED', 'MOBILE_REJECTED', 'PAGE_CHANGED', 'WRONG_ACCOUNT'],
    ...['ABORTED', 'CLOCK_SKEW', 'TOTP_COMMAND_FAILED', 'BROWSER_FAILED', 'STORAGE_FAILED', 'LEASE_LOST'],
    'INTERNAL',
  ]);
  expect(codesWith('STOP', true)).toEqual(['INTERRUPTED']);
});

test('a broker that asks for a rest gets it, whatever the code', () => {
  for (const code of FAILURE_CODES) {
    const consequence = consequenceOf({ code, restMs: 90_000 });
    expect([code, consequence]).toEqual([
      code,
      code === 'CREDENTIALS_REJECTED'
        ? { kind: 'QUARANTINE', isRetried: false, code, restMs: 90_000 }
        : { kind: 'COOLDOWN', isRetried: code === 'THROTTLED', restMs: 90_000 },
    ]);
  }
});

test('a restart resumes no run that a failure has ended', () => {
  expect(FAILURE_CODES.filter((code) => !endsRun(code))).toEqual([
    ...['THROTTLED', 'APP_REJECTED', 'CODE_SPENT', 'SPENT_UNKNOWN', 'TOKEN_REJECTED', 'TOKEN_ENDED'],
    ...['UNVERIFIED', 'APPROVAL_LAPSED', 'ROLE_NEEDS_NO_LOGIN', 'INTERRUPTED'],
  ]);
});

test('the exit code asks for the operator after a quarantine, and to wait after a cooldown', () => {
  const exitOf = (code: FailureCode) =>
    exitOfRun({ status: 'STOPPED', steps: [{ failure: { code } }], endedTokens: [] } as never);
  const exits = (kind: Consequence['kind']) =>
    FAILURE_CODES.filter((code) => consequenceOf({ code }).kind === kind).map(exitOf);
  expect(new Set(exits('QUARANTINE'))).toEqual(new Set([2]));
  expect(new Set(exits('COOLDOWN'))).toEqual(new Set([1]));
});

test('a consequence that is not answered does not compile', () => {
  const answered = (consequence: Consequence) => {
    switch (consequence.kind) {
      case 'NEXT_API':
      case 'STOP':
      case 'COOLDOWN':
        return 'answered';
      default:
        return consequence;
    }
  };
  // What is left over is the one that has no case; `switch`es of the program end without a `default`, and return.
  expectTypeOf<Exclude<ReturnType<typeof answered>, string>['kind']>().toEqualTypeOf<'QUARANTINE'>();
  // @ts-expect-error: QUARANTINE has no case, so the end of the function is reached.
  const unanswered = (consequence: Consequence): boolean => {
    switch (consequence.kind) {
      case 'NEXT_API':
      case 'STOP':
      case 'COOLDOWN':
        return true;
    }
  };
  expect(unanswered(consequenceOf({ code: 'CREDENTIALS_REJECTED' }))).toBeUndefined();
});
