import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { readClaims } from '../../src/domain/token/jwt.ts';
import type { ProbeResult, Profile } from '../../src/domain/token/profile.ts';
import type { StoredToken, TokenMark } from '../../src/domain/token/token.ts';
import {
  asConfirmed,
  checkProfile,
  checkTime,
  endOf,
  hasExpiryConflict,
  isConfirmationOver,
  markFor,
  reasonText,
} from '../../src/domain/token/verdict.ts';

const NOW = new Date('2026-11-17T20:00:00+05:30');
const LATER = new Date('2026-11-18T03:30:00+05:30');
const SOON = new Date('2026-11-17T21:00:00+05:30');

const jwt = (exp: Date): Secret =>
  new Secret(`e30.${Buffer.from(JSON.stringify({ exp: exp.getTime() / 1000 })).toString('base64url')}.sig`);

const token = ({ accessToken = new Secret('opaque'), ...parts }: Partial<StoredToken> = {}): StoredToken => ({
  accountNumber: 1,
  apiName: 'PRIMARY',
  accessToken,
  claims: readClaims(accessToken.reveal()),
  fingerprint: '0123456789ab',
  clientId: 'client-0',
  generatedAt: new Date('2026-11-17T09:00:00+05:30'),
  validUntil: LATER,
  isActive: true,
  mark: null,
  version: 1,
  storage: 'DATABASE',
  ...parts,
});

const CONFIG = { apiName: 'PRIMARY', clientId: 'client-0' } as const;

describe('the end of a stored token', () => {
  test.each([
    ['the table’s, where the token says nothing', {}, LATER],
    ['the table’s, where it is the earlier one', { accessToken: jwt(LATER), validUntil: SOON }, SOON],
    ['the token’s, where that is the earlier one', { accessToken: jwt(SOON) }, SOON],
    ['the token’s, where the table says nothing', { accessToken: jwt(SOON), validUntil: null }, SOON],
    ['not known, where neither says anything', { validUntil: null }, null],
  ] as const)('is %s', (_what, parts, end) => {
    expect(endOf(token(parts))).toEqual(end);
  });
});

describe('table and token disagree about the end', () => {
  const later = (milliseconds: number) => new Date(LATER.getTime() + milliseconds);
  test.each([
    ['by a second', { accessToken: jwt(later(1000)) }, true],
    ['by an hour', { accessToken: jwt(SOON) }, true],
    ['by less than a second, to which the table is exact: no', { accessToken: jwt(later(999)) }, false],
    ['where they are equal: no', { accessToken: jwt(LATER) }, false],
    ['where the token says nothing: no', {}, false],
    ['where the table says nothing: no', { accessToken: jwt(LATER), validUntil: null }, false],
  ] as const)('%s', (_what, parts, conflict) => {
    expect(hasExpiryConflict(token(parts))).toBe(conflict);
  });
});

describe('without asking the broker a token is', () => {
  const dead = { apiName: 'PRIMARY', timeValid: false, profileValid: null, httpStatus: null };
  test.each([
    ['MISSING', 'NOT_FOUND', undefined, false],
    ['EXPIRED', 'TIME_IS_UP', token({ validUntil: NOW }), false],
    ['EXPIRED', 'TIME_IS_UP', token({ validUntil: new Date(NOW.getTime() - 1) }), false],
    ['EXPIRED', 'TIME_IS_UP', token({ accessToken: jwt(NOW) }), false],
    ['EXPIRED', 'TIME_IS_UP', token({ validUntil: NOW, clientId: 'client-9', isActive: false }), false],
    ['EXPIRED', 'TIME_IS_UP', token({ accessToken: jwt(NOW), validUntil: null }), false],
    ['UNKNOWN', 'NOT_CHECKED', token({ validUntil: null, generatedAt: null }), true],
    ['INVALID', 'CLIENT_CHANGED', token({ clientId: 'client-9' }), true],
    ['INVALID', 'CLIENT_CHANGED', token({ clientId: 'client-9', isActive: false }), true],
    ['INVALID', 'INACTIVE', token({ isActive: false }), true],
    ['UNKNOWN', 'NOT_CHECKED', token(), true],
    ['UNKNOWN', 'NOT_CHECKED', token({ validUntil: new Date(NOW.getTime() + 1) }), true],
    ['UNKNOWN', 'NOT_CHECKED', token({ validUntil: null }), true],
  ] as const)('%s (%s)', (verdict, reason, stored, timeValid) => {
    expect(checkTime(CONFIG, stored, NOW)).toEqual({ ...dead, verdict, reason, timeValid });
  });

  test('of any app, where the role or the token names none', () => {
    expect(checkTime({ ...CONFIG, clientId: null }, token(), NOW).reason).toBe('NOT_CHECKED');
    expect(checkTime(CONFIG, token({ clientId: null }), NOW).reason).toBe('NOT_CHECKED');
  });
});

describe('a token that this program has marked inactive', () => {
  const marked = (mark: TokenMark) => checkTime(CONFIG, token({ isActive: false, mark }), NOW);

  test('keeps the reason, the status and the broker’s code of its mark', () => {
    expect(marked({ reason: 'REJECTED', httpStatus: 401, brokerCode: 'UDAPI100050' })).toEqual({
      apiName: 'PRIMARY',
      verdict: 'INVALID',
      timeValid: true,
      profileValid: false,
      reason: 'REJECTED',
      httpStatus: 401,
      brokerCode: 'UDAPI100050',
    });
  });

  test('was judged by no profile call where the mark has no status', () => {
    const { profileValid, httpStatus } = marked({ reason: 'REVOKED', httpStatus: null });
    expect({ profileValid, httpStatus }).toEqual({ profileValid: null, httpStatus: null });
  });

  test('has the mark that its verdict leaves', () => {
    const check = checkProfile('PRIMARY', { kind: 'DEAD', httpStatus: 401 }, null);
    const mark = markFor(check);
    if (mark === null) throw new Error('a rejected token leaves a mark');
    expect(marked(mark)).toEqual(check);
    expect(markFor(checkTime(CONFIG, token({ validUntil: NOW }), NOW))).toBeNull();
    expect(markFor(checkTime(CONFIG, token({ isActive: false }), NOW))).toBeNull();
    expect(markFor({ ...check, verdict: 'UNKNOWN' })).toBeNull();
    expect(markFor({ ...check, brokerCode: 'UDAPI100050' })).toEqual({ ...mark, brokerCode: 'UDAPI100050' });
  });
});

describe('after the profile call a token is', () => {
  const profile: Profile = {
    userId: 'AB1234',
    userName: 'Demo Trader',
    email: 'demo@example.com',
    broker: 'UPSTOX',
    userType: 'individual',
    exchanges: ['NSE'],
    products: ['D'],
    orderTypes: ['MARKET'],
    poa: false,
    ddpi: false,
    isActive: true,
  };
  const alive: ProbeResult = { kind: 'ALIVE', profile };
  const unknown = (
    reason: Extract<ProbeResult, { kind: 'UNKNOWN' }>['reason'],
    httpStatus: number | null,
  ): ProbeResult => ({ kind: 'UNKNOWN', reason, httpStatus, brokerCode: null });

  test.each([
    ['VALID', null, 200, alive, 'AB1234'],
    ['VALID', null, 200, alive, null],
    ['INVALID', 'WRONG_ACCOUNT', 200, alive, 'CD5678'],
    ['VALID', null, 200, alive, 'ab1234'],
    ['INVALID', 'REJECTED', 401, { kind: 'DEAD', httpStatus: 401 } as ProbeResult, 'AB1234'],
    ['INVALID', 'REJECTED', 403, { kind: 'DEAD', httpStatus: 403 } as ProbeResult, null],
    ['UNKNOWN', 'TIMEOUT', null, unknown('TIMEOUT', null), 'AB1234'],
    ['UNKNOWN', 'NETWORK', null, unknown('NETWORK', null), null],
    ['UNKNOWN', 'RATE_LIMITED', 429, unknown('RATE_LIMITED', 429), null],
    ['UNKNOWN', 'BROKER_ERROR', 503, unknown('BROKER_ERROR', 503), null],
    ['UNKNOWN', 'NOT_A_PROFILE', 200, unknown('NOT_A_PROFILE', 200), 'AB1234'],
  ])('%s (%s, %s)', (verdict, reason, httpStatus, probe, expectedUserId) => {
    expect(checkProfile('WEBSOCKET1', probe, expectedUserId)).toEqual({
      apiName: 'WEBSOCKET1',
      verdict,
      timeValid: true,
      profileValid: verdict === 'UNKNOWN' ? null : verdict === 'VALID',
      reason,
      httpStatus,
    });
  });

  test('VALID where it serves market data, which does not tell whose it is', () => {
    expect(checkProfile('WEBSOCKET1', { kind: 'SERVED' }, 'AB1234')).toEqual({
      ...{ apiName: 'WEBSOCKET1', verdict: 'VALID', timeValid: true, profileValid: null },
      ...{ reason: null, httpStatus: 200 },
    });
  });

  test('UNKNOWN with the code of the broker, where it gave one', () => {
    const check = checkProfile(
      'PRIMARY',
      { ...unknown('BROKER_ERROR', 403), brokerCode: 'UDAPI1154' } as ProbeResult,
      null,
    );
    expect(check).toMatchObject({ verdict: 'UNKNOWN', brokerCode: 'UDAPI1154' });
    expect(reasonText(check)).toBe('BROKER_ERROR UDAPI1154');
  });
});

describe('what the broker has told another machine', () => {
  const open = checkTime(CONFIG, token(), NOW);

  test('makes a token VALID that time says nothing against, until the day ends', () => {
    expect(asConfirmed(open, NOW, NOW)).toEqual({
      ...{ apiName: 'PRIMARY', verdict: 'VALID', timeValid: true, profileValid: true },
      ...{ reason: null, httpStatus: 200 },
    });
    expect(asConfirmed(open, null, NOW)).toBeNull();
    expect(asConfirmed(open, NOW, LATER)).toBeNull();
    expect(asConfirmed(checkTime(CONFIG, token({ validUntil: NOW }), NOW), NOW, NOW)).toBeNull();
  });

  test('holds until 03:30 IST', () => {
    const before = new Date(LATER.getTime() - 1);
    expect([before, LATER].map((now) => isConfirmationOver(NOW, now))).toEqual([false, true]);
  });
});

test.each([
  [null, undefined, null],
  [null, 'UDAPI1154', null],
  ['BROKER_ERROR', undefined, 'BROKER_ERROR'],
  ['BROKER_ERROR', 'UDAPI1154', 'BROKER_ERROR UDAPI1154'],
  ['BROKER_ERROR', 'UDAPI100500', 'BROKER_ERROR'],
  ['RATE_LIMITED', 'UDAPI10005', 'RATE_LIMITED'],
] as const)('the reason %s with %s reads %s', (reason, brokerCode, text) => {
  expect(reasonText({ reason, ...(brokerCode === undefined ? {} : { brokerCode }) })).toBe(text);
});
