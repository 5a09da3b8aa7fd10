import { expect, test } from 'vitest';
import {
  type AccessKey,
  audienceOf,
  callerIdOf,
  callerOfKey,
  isGuessable,
  mayUseApi,
  OPERATOR,
  UNBOUND,
} from '../../src/domain/account/access-key.ts';
import { API_NAMES } from '../../src/domain/account/api-name.ts';

const key = (parts: Partial<AccessKey> = {}): AccessKey => ({
  ...{ id: '7', name: 'feed', role: 'SERVICE', bounds: UNBOUND, createdAt: new Date(0), revokedAt: null },
  ...parts,
});

test('whoever holds the operator’s own key is an operator without bounds, and holds no other key', () => {
  expect(OPERATOR).toMatchObject({
    keyId: null,
    role: 'OPERATOR',
    bounds: { accountId: null, apiNames: null },
  });
});

test('a caller has the role and the bounds of the key', () => {
  const bounds = { accountId: 'UPSTOX_01', apiNames: ['WEBSOCKET1'] } as const;
  expect(callerOfKey(key({ bounds }))).toEqual({ id: 'key 7', keyId: '7', role: 'SERVICE', bounds });
  expect(callerOfKey(key({ id: '8' })).id).toBe(callerIdOf('8'));
});

test('callers are told the same where role and bounds are the same, and only there', () => {
  const bounds = [
    UNBOUND,
    { accountId: 'UPSTOX_01', apiNames: null },
    { accountId: null, apiNames: ['PRIMARY'] },
    { accountId: null, apiNames: ['WEBSOCKET1'] },
    { accountId: 'UPSTOX_01', apiNames: ['PRIMARY'] },
  ] as const;
  const keys = bounds.flatMap((each) => [key({ bounds: each }), key({ bounds: each, role: 'VIEWER' })]);
  const audiences = keys.map((each) => audienceOf(callerOfKey(each)));
  expect(new Set(audiences).size).toBe(keys.length);
  expect(audienceOf(callerOfKey(key()))).toBe('SERVICE');
  expect(keys.map((each) => audienceOf(callerOfKey({ ...each, id: '9' })))).toEqual(audiences);
});

test('a key serves the APIs that it names, or all where it names none', () => {
  const served = (apiNames: AccessKey['bounds']['apiNames']) =>
    API_NAMES.filter((name) => mayUseApi({ accountId: null, apiNames }, name));
  expect(served(null)).toEqual(API_NAMES);
  expect(served(['WEBSOCKET1', 'PRIMARY'])).toEqual(['PRIMARY', 'WEBSOCKET1']);
  expect(served([])).toEqual([]);
});

test('a key of 32 letters cannot be found by trying, a shorter one can', () => {
  expect([isGuessable('x'.repeat(31)), isGuessable('x'.repeat(32))]).toEqual([true, false]);
});
