import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readClaims } from '../../src/domain/token/jwt.ts';

const NOTHING = { userId: null, isPlusPlan: null, issuedAt: null, expiresAt: null };

const token = (payload: string): string => `e30.${Buffer.from(payload).toString('base64url')}.signature`;
const claims = (value: unknown): string => token(JSON.stringify(value));

test('the claims of a broker’s token are read', () => {
  expect(
    readClaims(
      claims({
        sub: 'AB1234',
        jti: '6915b1e0',
        isMultiClient: false,
        isPlusPlan: true,
        iat: 1_795_314_605,
        iss: 'udapi-gateway-service',
        exp: 1_795_384_800,
      }),
    ),
  ).toEqual({
    userId: 'AB1234',
    isPlusPlan: true,
    issuedAt: new Date('2026-11-22T02:30:05Z'),
    expiresAt: new Date('2026-11-22T22:00:00Z'),
  });
});

test.each([
  ['nothing', ''],
  ['an opaque text', '0b9f1c2d-opaque'],
  ['only dots', '...'],
  ['one part', 'eyJ0eXAiOiJKV1QifQ'],
  ['an empty part', 'e30..signature'],
  ['letters that are no base64', 'e30.%%%%.signature'],
  ['base64 of an impossible length', 'e30.AAAAA.signature'],
  ['bytes that are no JSON', token('\u0000\u0001\u0002')],
  ['JSON that breaks off', token('{"sub":"AB1234"')],
  ['a list', claims([{ sub: 'AB1234' }])],
  ['a text', claims('AB1234')],
  ['a number', claims(1_795_384_800)],
  ['null', claims(null)],
  ['an empty object', claims({})],
])('%s has no claims', (_what, text) => {
  expect(readClaims(text)).toEqual(NOTHING);
});

test.each([
  ['sub', ['', 1.5, -7, 1e300, true, null, ['AB1234'], { id: 'AB1234' }]],
  ['isPlusPlan', ['true', 1, null]],
  ['iat', ['1795314605', 0, -1, null, 1e300, true]],
  ['exp', ['1795384800', 0, -1, null, 1e300, [1_795_384_800]]],
])('a claim %s of the wrong kind is as good as none', (name, values) => {
  for (const value of values) expect(readClaims(claims({ [name]: value }))).toEqual(NOTHING);
});

test('a user id may be a number', () => {
  expect(readClaims(claims({ sub: 214365 })).userId).toBe('214365');
});

test('one bad claim does not spoil the others', () => {
  expect(readClaims(claims({ sub: true, exp: 1_795_384_800 }))).toEqual({
    ...NOTHING,
    expiresAt: new Date('2026-11-22T22:00:00Z'),
  });
});

test('names in any script, of any length and with any padding are read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), fc.boolean(), (sub, padded) => {
      const payload = Buffer.from(JSON.stringify({ sub }));
      const part = padded ? payload.toString('base64') : payload.toString('base64url');
      // A part that is made unreadable tells nobody.
      fc.pre(!/[*•]|x{4}/i.test(sub));
      expect(readClaims(`e30.${part}.signature`).userId).toBe(sub.trim() || null);
    }),
  );
});

test('no text makes it fail', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json().map(token), fc.string().map(token)), (text) => {
      expect(Object.keys(readClaims(text))).toEqual(Object.keys(NOTHING));
    }),
  );
});
