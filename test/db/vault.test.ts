import { describe, expect, test } from 'vitest';
import type { MasterKey } from '../../src/db/secrets/master-key.ts';
import { isSealed, SealError, Vault } from '../../src/db/secrets/vault.ts';
import { Secret } from '../../src/domain/secret.ts';

const key = (id: string, fill: number): MasterKey => ({ id, bytes: Buffer.alloc(32, fill) });
const PLACE = { table: 'accounts', column: 'credentials', row: '1' };
const CANARY = 'canary-9f2c';

const why = (open: () => unknown): string => {
  try {
    open();
    return 'opened';
  } catch (error) {
    expect(error).toBeInstanceOf(SealError);
    return (error as SealError).message;
  }
};

test('what was sealed is opened by any key at hand that has its id, and shows nothing of itself', () => {
  const [older, newer] = [key('older', 1), key('newer', 2)];
  const sealed = new Vault([older]).seal(new Secret(CANARY), PLACE);
  expect(sealed).not.toContain(CANARY);
  expect(isSealed(sealed)).toBe(true);
  const both = new Vault([newer, older]);
  expect(both.open(sealed, PLACE).reveal()).toBe(CANARY);
  expect(both.keyId).toBe('newer');
  expect(both.seal(new Secret(CANARY), PLACE)).toMatch(/^vega1:newer:/);
});

describe('a value does not open', () => {
  const vault = new Vault([key('k', 1)]);
  const sealed = vault.seal(new Secret(CANARY), PLACE);
  const body = sealed.split(':')[2] ?? '';
  test.each([
    ['that is plain text', CANARY, 'is not a sealed value'],
    ['of another scheme', `vega9:k:${body}`, 'is not a sealed value'],
    ['that breaks off', 'vega1:k', 'is not a sealed value'],
    ['of a key that is gone', `vega1:gone:${body}`, 'was sealed with another master key (gone)'],
    ['that was changed', `vega1:k:${body.slice(0, -2)}AA`, 'has been changed or moved'],
    ['that is empty', 'vega1:k:', 'has been changed or moved'],
  ])('%s', (_what, text, message) => {
    expect(why(() => vault.open(text, PLACE))).toContain(`accounts.credentials of 1 ${message}`);
  });

  test('in another row than its own', () => {
    expect(why(() => vault.open(sealed, { ...PLACE, row: '2' }))).toContain('of 2 has been changed or moved');
  });

  test('with another key of the same id', () => {
    expect(why(() => new Vault([key('k', 7)]).open(sealed, PLACE))).toContain('has been changed or moved');
  });
});
