import { expect, test } from 'vitest';
import type { Readiness } from '../../src/domain/readiness/readiness.ts';
import { tellReadiness } from '../../src/services/alerts/tell-readiness.ts';
import { openTestApp } from '../support/test-app.ts';

const BELL = new Date('2026-11-27T09:00:00+05:30');
const minutesBefore = (minutes: number): Date => new Date(BELL.getTime() - minutes * 60_000);

const forecast = (verdict: Readiness['verdict'], computedAt: Date): Readiness => ({
  accountId: 'UPSTOX_01',
  verdict,
  bell: BELL,
  eta: null,
  etaWorst: null,
  latestSafeStart: null,
  probability: null,
  confidence: 'LOW',
  missing: ['PRIMARY'],
  reasons: [],
  session: null,
  computedAt,
});

test('a verdict is told once, gives way to a worse one, and is over when the account is on track again', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { database } = testApp.app.parts;
  const tell = (verdict: Readiness['verdict'], minutes: number) => {
    const now = minutesBefore(minutes);
    return database.write((transaction) => tellReadiness(transaction, forecast(verdict, now), now));
  };
  const open = () =>
    testApp
      .rows('select kind from vega_alerts where resolved_at is null order by raised_at')
      .map(({ kind }) => kind);

  // The evening before is no time to tell of it.
  await tell('AT_RISK', 10 * 60);
  expect(open()).toEqual([]);
  await tell('AT_RISK', 60);
  await tell('AT_RISK', 59);
  expect(open()).toEqual(['AT_RISK']);
  await tell('TOO_LATE', 20);
  expect(open()).toEqual(['TOO_LATE']);
  await tell('ON_TRACK', 15);
  expect(open()).toEqual([]);
  expect(testApp.rows('select kind from vega_alerts order by raised_at').map(({ kind }) => kind)).toEqual([
    'AT_RISK',
    'TOO_LATE',
  ]);
});
