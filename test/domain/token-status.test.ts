import { expect, test } from 'vitest';
import { API_NAMES } from '../../src/domain/account/api-name.ts';
import { choicesOf, countsOf, listOf } from '../../src/domain/token/token-status.ts';
import { type TokenCheck, VERDICTS, type VerdictReason } from '../../src/domain/token/verdict.ts';

/** One token of each verdict, and a second one whose time is up. */
const tokens: readonly TokenCheck[] = [...VERDICTS, 'EXPIRED' as const].map((verdict, index) => ({
  ...{ apiName: API_NAMES[index] ?? 'PRIMARY', verdict, timeValid: true, profileValid: null },
  ...{ reason: verdict === 'VALID' ? null : 'TIME_IS_UP', httpStatus: null },
}));
const report = { checkedAt: new Date(0), tokens };

test('every API stands in exactly one list, and those whose time is up are among the invalid ones', () => {
  const lists = (['valid', 'invalid', 'missing', 'unknown'] as const).map((list) => listOf(report, list));
  const [valid, expired, invalid, unknown, missing, expiredToo] = API_NAMES;
  expect(lists).toEqual([[valid], [expired, invalid, expiredToo], [missing], [unknown]]);
});

test('each verdict is counted apart', () => {
  expect(countsOf(report)).toEqual({ total: 6, valid: 1, expired: 2, invalid: 1, missing: 1, unknown: 1 });
  expect(countsOf({ ...report, tokens: [] })).toMatchObject({ total: 0, valid: 0 });
});

test('a choice says what it would make and what has to be confirmed', () => {
  const choices = choicesOf(report).map(({ choice, mode, apis, needsReplaceValid, needsIncludeUnknown }) =>
    [choice, mode, apis.map(({ verdict }) => verdict).join(' '), needsReplaceValid, needsIncludeUnknown].join(
      ' | ',
    ),
  );
  expect(choices).toEqual([
    'ALL | ALL | VALID EXPIRED INVALID UNKNOWN MISSING EXPIRED | true | true',
    'INVALID_ONLY | INVALID_ONLY | EXPIRED INVALID MISSING EXPIRED | false | false',
    'SELECTED | PARTIAL | VALID EXPIRED INVALID UNKNOWN MISSING EXPIRED | true | true',
    'ABORT |  |  | false | false',
  ]);
});

test('a choice has nothing to confirm where every token is dead', () => {
  const dead = choicesOf({ ...report, tokens: tokens.filter(({ verdict }) => verdict === 'MISSING') });
  expect(dead.map((one) => one.needsReplaceValid || one.needsIncludeUnknown)).toEqual([
    ...[false, false, false, false],
  ]);
});

test('every reason has words of its own, and the code of the broker stands behind them', () => {
  const reasons: readonly VerdictReason[] = [
    ...(['NOT_FOUND', 'TIME_IS_UP', 'CLIENT_CHANGED', 'INACTIVE', 'REJECTED', 'REVOKED'] as const),
    ...(['WRONG_ACCOUNT', 'DATABASE_UNAVAILABLE', 'NOT_CHECKED', 'TIMEOUT', 'NETWORK'] as const),
    ...(['RATE_LIMITED', 'BROKER_ERROR', 'NOT_A_PROFILE', 'NOT_MARKET_DATA'] as const),
  ];
  const why = (parts: Partial<TokenCheck>) => {
    const [token] = tokens;
    if (token === undefined) throw new Error('no token');
    return choicesOf({ ...report, tokens: [{ ...token, ...parts }] })[0]?.apis[0]?.why;
  };
  const words = reasons.map((reason) => why({ reason }));
  expect(new Set(words).size).toBe(reasons.length);
  expect(words.every((text) => text !== undefined && text.length > 5)).toBe(true);
  expect(why({ reason: null })).toBe('it is valid');
  expect(why({ reason: 'BROKER_ERROR', brokerCode: 'UDAPI1154' })).toBe(
    'the broker refused the call, and not because of the token (UDAPI1154)',
  );
});
