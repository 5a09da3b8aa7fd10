import { expect, test } from 'vitest';
import type { AccountFacts } from '../../src/domain/readiness/account-facts.ts';
import { loginRole } from '../../src/domain/role/role.ts';
import { AccountFactsReader, type FactsOptions } from '../../src/services/readiness/account-facts-reader.ts';
import { Folder } from '../db/temporary-database.ts';
import { BELL } from './account-facts.ts';

/** 21:00 in India on the evening before the bell. */
const EVENING = new Date('2026-11-22T15:30:00Z');
const END_OF_DAY = new Date('2026-11-22T22:00:00Z');
const AFTER_BELL = new Date('2026-11-23T15:30:00Z');

/** The facts of an account with one VALID token, and the instants that its schedule was asked for. */
const read = async (validUntil: Date | null, expiresAt: Date | null) => {
  using folder = new Folder();
  await using database = await folder.open();
  const askedFrom: Date[] = [];
  const role = loginRole({ apiName: 'PRIMARY', clientId: 'client' });
  const known = { role, check: { verdict: 'VALID' }, token: { validUntil, claims: { expiresAt } } };
  const state = { run: null, blockedBy: null, headline: '', nextAction: '', cooldown: { until: null } };
  const options = {
    database,
    verifier: { lastKnown: async () => [known] },
    roles: { list: async () => [role] },
    probes: { read: async () => [] },
    credentials: { sourceOf: () => 'ENV' },
    runs: { last: async () => [], awaitsBrowser: () => false },
    states: {
      record: async () => ({ isLoggedOut: false, acceptedUntil: null }),
      read: async () => state,
      ready: async () => true,
    },
    generation: { queuePosition: () => null, canGoOnAt: () => null },
    calendar: { nextBell: async () => ({ at: BELL, session: { closesAt: null }, certain: true }) },
    schedules: {
      next: async (_accountId: string, at: Date) => {
        askedFrom.push(at);
        return null;
      },
    },
    ...{ otpSpacingMs: 165_000, loginRateMs: 10_000, canWaitUntil: () => null, cooldownMs: 660_000 },
    clock: () => EVENING,
  };
  const reader = new AccountFactsReader(options as unknown as FactsOptions);
  const facts: AccountFacts = await reader.read({ id: 'UPSTOX_01', number: 1 } as never);
  return { facts, askedFrom };
};

test.each([
  ['an end of the table alone that is after 03:30', AFTER_BELL, null],
  ['no end at all', null, null],
  ['an end at 03:30', END_OF_DAY, END_OF_DAY],
  ['an end of the table before that of the token', END_OF_DAY, AFTER_BELL],
])('a VALID token with %s is made anew by the bell of the next morning', async (_what, table, token) => {
  expect((await read(table, token)).facts.toMake).toEqual(['PRIMARY']);
});

test('a token that itself names a later end lives until the bell', async () => {
  expect((await read(AFTER_BELL, AFTER_BELL)).facts.toMake).toEqual([]);
});

test('only a start after 03:30 counts for a bell after it', async () => {
  expect((await read(null, null)).askedFrom).toEqual([END_OF_DAY]);
});
