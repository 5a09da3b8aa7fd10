import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/domain/refusal.ts';
import { asRecorded, asStoredToken, type HeldToken } from '../../src/domain/role/held-token.ts';
import { IMPORTED_CREDENTIALS, refuseByClaims, refuseByProbe } from '../../src/domain/role/import-rules.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { TokenClaims } from '../../src/domain/token/jwt.ts';
import type { ProbeResult } from '../../src/domain/token/profile.ts';
import { checkTime } from '../../src/domain/token/verdict.ts';

const NOW = new Date('2026-11-23T02:30:00Z');
const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

const claims = (parts: Partial<TokenClaims> = {}): TokenClaims => ({
  ...{ userId: 'AB1234', isPlusPlan: null, issuedAt: NOW, expiresAt: inDays(365) },
  ...parts,
});
const held = (parts: Partial<HeldToken> = {}): HeldToken => ({
  ...{ kind: 'ANALYTICS', accessToken: new Secret('opaque'), fingerprint: '0123', claims: claims() },
  ...{ expiresAt: inDays(365), importedAt: inDays(-1), checkedAt: NOW, verdict: 'VALID' },
  ...{ httpStatus: 200, version: 3, isInTokenTable: false },
  ...parts,
});
const OWNER = { number: 1, brokerUserId: 'AB1234' };
const stored = (
  parts: Partial<HeldToken> = {},
  owner: { number: number; brokerUserId: string | null } = OWNER,
) => asStoredToken(held(parts), 'WEBSOCKET1', owner);

describe('a token that lives for a year', () => {
  test('is judged as one of a login, of any app', () => {
    const { accessToken, claims: kept, ...rest } = stored();
    expect([accessToken.reveal(), kept]).toEqual(['opaque', claims()]);
    expect(rest).toEqual({
      ...{ accountNumber: 1, apiName: 'WEBSOCKET1', fingerprint: '0123', clientId: null, generatedAt: NOW },
      ...{ validUntil: inDays(365), isActive: true, mark: null, version: 3, storage: 'DATABASE' },
    });
    expect(stored({ claims: claims({ issuedAt: null }) }).generatedAt).toEqual(inDays(-1));
  });

  test('is inactive once the broker has refused it', () => {
    expect(stored({ verdict: 'INVALID', httpStatus: 401 })).toMatchObject({
      isActive: false,
      mark: { reason: 'REJECTED', httpStatus: 401 },
    });
    expect(stored({ verdict: 'UNKNOWN' })).toMatchObject({ isActive: true, mark: null });
  });

  test('is of another account where its user is known to be another one', () => {
    const markOf = (userId: string | null, brokerUserId: string | null) =>
      stored({ claims: claims({ userId }) }, { ...OWNER, brokerUserId }).mark;
    expect(markOf('CD5678', 'AB1234')).toEqual({ reason: 'WRONG_ACCOUNT', httpStatus: null });
    expect([markOf(null, 'AB1234'), markOf('CD5678', null)]).toEqual([null, null]);
  });

  test('is VALID by what was stored of the last call, until the end of that day', () => {
    const open = checkTime({ apiName: 'WEBSOCKET1', clientId: null }, stored(), NOW);
    expect(asRecorded(held(), open, NOW)).toEqual({
      ...open,
      verdict: 'VALID',
      reason: null,
      httpStatus: 200,
    });
    const inactive = { ...open, verdict: 'INVALID', reason: 'INACTIVE' } as const;
    const unconfirmed = [
      asRecorded(held({ verdict: 'UNKNOWN' }), open, NOW),
      asRecorded(held({ checkedAt: null }), open, NOW),
      asRecorded(held({ checkedAt: inDays(-1) }), open, NOW),
    ];
    expect(unconfirmed).toEqual([open, open, open]);
    expect(asRecorded(held(), inactive, NOW)).toEqual(inactive);
  });
});

describe('a token that is imported', () => {
  const codeOf = (refuse: () => void) => {
    try {
      refuse();
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };
  const byClaims = (parts: Partial<TokenClaims>, brokerUserId: string | null = 'AB1234') =>
    IMPORTED_CREDENTIALS.map((one) =>
      codeOf(() => refuseByClaims(claims(parts), one, { brokerUserId }, NOW)),
    );
  const NEVER = IMPORTED_CREDENTIALS.map(() => null);

  test('is what its life says: one day for orders, longer for reading', () => {
    const forOrders = [null, 'CREDENTIAL_NOT_ALLOWED', 'CREDENTIAL_NOT_ALLOWED'];
    const forReading = ['CREDENTIAL_NOT_ALLOWED', null, null];
    expect(byClaims({ expiresAt: inDays(2) })).toEqual(forOrders);
    expect(byClaims({ expiresAt: new Date(inDays(2).getTime() + 1) })).toEqual(forReading);
    expect(byClaims({ issuedAt: null, expiresAt: inDays(1) })).toEqual(forOrders);
    expect(byClaims({ issuedAt: inDays(-364), expiresAt: inDays(1) })).toEqual(forReading);
    expect(byClaims({ expiresAt: null })).toEqual(NEVER);
  });

  test('is refused once its time is up', () => {
    expect(byClaims({ issuedAt: inDays(-1), expiresAt: NOW })).toEqual(
      IMPORTED_CREDENTIALS.map(() => 'TOKEN_NOT_VALID'),
    );
  });

  test('is refused of another user, also where it does not say when it ends', () => {
    const foreign = IMPORTED_CREDENTIALS.map(() => 'WRONG_ACCOUNT');
    expect(byClaims({ userId: 'CD5678', expiresAt: null })).toEqual(foreign);
    expect(byClaims({ userId: null, expiresAt: null })).toEqual(NEVER);
    expect(byClaims({ userId: 'CD5678', expiresAt: null }, null)).toEqual(NEVER);
  });

  const alive = { kind: 'ALIVE', profile: { userId: 'AB1234' } } as ProbeResult;
  const unknown = { kind: 'UNKNOWN', reason: 'BROKER_ERROR', httpStatus: 503, brokerCode: null } as const;

  test.for<[string, Parameters<typeof refuseByProbe>[0], string | null, string | null, string | null]>([
    ['served market data', { kind: 'SERVED' }, 'AB1234', 'AB1234', null],
    ['its own user', alive, 'AB1234', 'AB1234', null],
    ['a user that nobody knew', alive, null, null, null],
    ['the user of the account, not of the token', alive, 'AB1234', 'CD5678', null],
    ['another user than the account’s', alive, 'CD5678', 'AB1234', 'WRONG_ACCOUNT'],
    ['another user than the token’s', alive, null, 'CD5678', 'WRONG_ACCOUNT'],
    ['that it is dead', { kind: 'DEAD', httpStatus: 401 }, null, null, 'TOKEN_NOT_VALID'],
    ['nothing', unknown, null, null, 'TOKEN_NOT_VERIFIED'],
  ])('of which the broker tells %s', ([, probe, brokerUserId, userId, code]) => {
    expect(codeOf(() => refuseByProbe(probe, claims({ userId }), { brokerUserId }))).toBe(code);
  });

  test('of which the broker tells nothing is refused with what it said', () => {
    const refuse = (parts: object) => () =>
      refuseByProbe({ ...unknown, ...parts }, claims(), { brokerUserId: null });
    expect(refuse({})).toThrow('(BROKER_ERROR 503)');
    expect(refuse({ brokerCode: 'UDAPI1154' })).toThrow('(BROKER_ERROR 503 UDAPI1154)');
    expect(refuse({ reason: 'TIMEOUT', httpStatus: null })).toThrow('(TIMEOUT)');
  });
});
