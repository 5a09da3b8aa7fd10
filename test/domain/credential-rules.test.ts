import { describe, expect, test } from 'vitest';
import { isAppKey } from '../../src/domain/account/app-key.ts';
import { CREDENTIAL_RULES, toCredentials } from '../../src/domain/account/credential-rules.ts';
import { codeIn, parseTotpCommand } from '../../src/domain/account/totp-command.ts';

const SOUND = { mobileNumber: '9876543210', pin: '123456', totp: 'JBSWY3DPEHPK3PXP' };

test('credentials are read as people write them', () => {
  const read = toCredentials({ mobileNumber: ' +91 98765-43210', pin: ' 123456\n', totp: SOUND.totp });
  expect(read?.mobileNumber.reveal()).toBe('9876543210');
  expect(read?.pin.reveal()).toBe('123456');
  expect(read?.totp).toMatchObject({ periodSeconds: 30, digits: 6 });
});

test.each([
  ['mobileNumber', '98765'],
  ['pin', '12345'],
  ['totp', '123456'],
] as const)('one that cannot be makes none: %s', (field, text) => {
  expect(toCredentials(SOUND)).not.toBeNull();
  expect(toCredentials({ ...SOUND, [field]: text })).toBeNull();
});

test.each([
  ['mobileNumber', '9876543210', true],
  ['mobileNumber', '6000000000', true],
  ['mobileNumber', '09876543210', true],
  ['mobileNumber', '919876543210', true],
  ['mobileNumber', '+919876543210', true],
  ['mobileNumber', '9191919191', true],
  ['mobileNumber', '5876543210', false],
  ['mobileNumber', '98765432101', false],
  ['mobileNumber', '9198765432101', false],
  ['mobileNumber', '6919876543210', false],
  ['mobileNumber', '+9876543210', false],
  ['pin', '000000', true],
  ['pin', ' 123456 ', true],
  ['pin', '1234567', false],
  ['pin', '123 456', false],
  ['pin', '', false],
] as const)('%s %j is accepted: %s', (field, text, isAccepted) => {
  expect(CREDENTIAL_RULES[field].accepts(text)).toBe(isAccepted);
});

describe('a program for codes', () => {
  test.each([
    ['  pass otp  upstox\n', 'pass', ['otp', 'upstox']],
    ['["/opt/my codes", "a b", ""]', '/opt/my codes', ['a b', '']],
  ])('%j is read', (text, program, words) => {
    expect(parseTotpCommand(text)).toEqual({ program, words, periodSeconds: 30 });
  });

  test.each(['', '  ', '[]', '["  "]', '["a", 1]', '[1]', '["a", "b\\u0000"]', '["a"', 'a | b', 'a $HOME'])(
    '%j is none',
    (text) => {
      expect(parseTotpCommand(text)).toBeNull();
    },
  );

  test.each([
    ['123456', '123456'],
    [' \n 123456 \n\n', '123456'],
    ['1234567', null],
    ['12345', null],
    ['code 123456', null],
    ['123456 x', null],
    ['x123456', null],
    ['123456x', null],
    ['', null],
  ])('of what it prints, %j holds %j', (output, code) => {
    expect(codeIn(output)).toBe(code);
  });
});

test.each([
  ['0f1e2d3c-key', true],
  ['x'.repeat(255), true],
  ['x'.repeat(256), false],
  ['', false],
  ['a b', false],
  ['"key"', false],
  ["'key'", false],
  ['`key`', false],
  ['"key', true],
  ['"key"s', true],
  ['"', true],
])('%j can be the key of an app: %s', (text, isOne) => {
  expect(isAppKey(text)).toBe(isOne);
});
