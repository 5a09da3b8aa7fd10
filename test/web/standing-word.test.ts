import { expect, test } from 'vitest';
import { standingWord } from '../../src/sdk/words.ts';

test('one word says where an account stands, and calls nothing good that is not confirmed now or about to end', () => {
  const confirmed = { state: 'AUTH_CONFIRMED', ready: true } as const;
  const said = (...facts: readonly Parameters<typeof standingWord>[0][]) =>
    facts.map((each) => `${standingWord(each).word} ${standingWord(each).tone}`);
  expect(
    said(
      confirmed,
      { ...confirmed, expiry: [{ level: 'GREEN' }, { level: 'AMBER' }] },
      { ...confirmed, ready: false },
      { state: 'DASHBOARD', ready: true, expiry: [{ level: 'RED' }] },
      { state: 'PARTIAL_AUTH', ready: false, blockedBy: 'CREDENTIALS_REJECTED' },
      { state: 'COOLDOWN', ready: false, blockedBy: 'COOLDOWN' },
      { state: 'IDLE', ready: false, run: { status: 'QUEUED', queuePosition: 2 } },
    ),
  ).toEqual([
    'CONFIRMED good',
    'CONFIRMED warn',
    'CONFIRMED warn',
    'DASHBOARD warn',
    'QUARANTINE bad',
    'COOLDOWN warn',
    'QUEUED (NUMBER 2) busy',
  ]);
});
