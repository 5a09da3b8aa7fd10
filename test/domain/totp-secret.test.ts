import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTotpSecret, timeStepAt, timeStepStart } from '../../src/domain/account/totp-secret.ts';
import { Secret } from '../../src/domain/secret.ts';

const parsed = (text: string) => {
  const totp = parseTotpSecret(text);
  return totp === null ? null : { ...totp, secret: totp.secret.reveal() };
};

const USUAL = { secret: 'JBSWY3DPEHPK3PXP', periodSeconds: 30, digits: 6, algorithm: 'sha1' };

test.each([
  'JBSWY3DPEHPK3PXP',
  'jbswy3dpehpk3pxp',
  'JBSW Y3DP EHPK 3PXP',
  ' jbsw-y3dp-ehpk-3pxp\n',
  'JBSWY3DPEHPK3PXP======',
  'otpauth://totp/Upstox?secret=JBSWY3DPEHPK3PXP',
  'otpauth://totp/Upstox:AB1234?secret=jbswy3dpehpk3pxp&issuer=Upstox&algorithm=SHA1&digits=6&period=30',
  '  OTPAUTH://totp/Up%20stox:AB 1234?issuer=Upstox&secret=JBSW%20Y3DP%20EHPK%203PXP ',
])('%j is read', (text) => {
  expect(parsed(text)).toEqual(USUAL);
});

test('a link tells period, digits and algorithm', () => {
  expect(parsed('otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=1&digits=8&algorithm=sha512')).toEqual({
    secret: 'JBSWY3DPEHPK3PXP',
    periodSeconds: 1,
    digits: 8,
    algorithm: 'sha512',
  });
});

test('a period of five minutes is the longest', () => {
  const period = (seconds: number) =>
    parsed(`otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=${seconds}`)?.periodSeconds;
  expect([period(300), period(301)]).toEqual([300, undefined]);
});

test.each([
  ['nothing', ''],
  ['too short', 'JBSWY3DPEHPK3PX'],
  ['a digit that base32 has not', 'JBSWY3DPEHPK3PX1'],
  ['one before the secret', '1JBSWY3DPEHPK3PXPAAAAAAA'],
  ['one behind it', 'JBSWY3DPEHPK3PXPAAAAAAA1'],
  ['a letter that base32 has not', 'JBSWY3DPEHPK3PXÄ'],
  ['a code instead of the secret', '123456'],
  ['seventeen letters, which are no whole bytes', 'JBSWY3DPEHPK3PXPA'],
  ['nineteen letters', 'JBSWY3DPEHPK3PXPAAA'],
  ['twenty-two letters', 'JBSWY3DPEHPK3PXPAAAAAA'],
  ['padding in the middle', 'JBSWY3DP====EHPK3PXP'],
  ['a link without a secret', 'otpauth://totp/Upstox?issuer=Upstox'],
  ['a link of the counting kind', 'otpauth://hotp/Upstox?secret=JBSWY3DPEHPK3PXP&counter=1'],
  ['a link that is none', 'otpauth:'],
  ['a web address', 'https://totp/Upstox?secret=JBSWY3DPEHPK3PXP'],
  ['no period', 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=0'],
  ['a period of half seconds', 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=0.5'],
  ['a period of an hour', 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=3600'],
  ['seven digits', 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=7'],
  ['another algorithm', 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&algorithm=MD5'],
])('%s is refused', (_what, text) => {
  expect(parseTotpSecret(text)).toBeNull();
});

test('no text makes it fail', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `otpauth://totp/${text}`),
      ),
      (text) => {
        expect(parseTotpSecret(text)?.secret ?? null).toSatisfy(
          (secret) => secret === null || secret instanceof Secret,
        );
      },
    ),
  );
});

test('every instant lies in exactly one time step', () => {
  const periods = fc.constantFrom(1, 30, 60, 300);
  const instants = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(periods, instants, (periodSeconds, now) => {
      const totp = { secret: new Secret('x'), periodSeconds, digits: 6, algorithm: 'sha1' } as const;
      const step = timeStepAt(totp, now);
      expect(timeStepStart(totp, step).getTime()).toBeLessThanOrEqual(now.getTime());
      expect(timeStepStart(totp, step + 1).getTime()).toBeGreaterThan(now.getTime());
    }),
  );
});

test('the time steps are those of RFC 6238', () => {
  const totp = { secret: new Secret('x'), periodSeconds: 30, digits: 8, algorithm: 'sha1' } as const;
  const steps = [59, 1_111_111_109, 1_234_567_890, 20_000_000_000].map((second) =>
    timeStepAt(totp, new Date(second * 1000)),
  );
  expect(steps).toEqual([0x1, 0x23523ec, 0x273ef07, 0x27bc86aa]);
});
