import path from 'node:path';
import { expect, test } from 'vitest';
import type { Readiness } from '../../src/domain/readiness/readiness.ts';
import { tellReadiness } from '../../src/services/alerts/tell-readiness.ts';
import { holdLock } from '../db/temporary-database.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openReceiver, until } from './receiver.ts';

const BELL = new Date('2026-11-27T09:00:00+05:30');

const env = { VEGA_ALERT_HOSTS: '127.0.0.1' };

/** A clock that runs on from a moment in India. */
const clockFrom = (moment: string): (() => Date) => {
  const [base, begun] = [Date.parse(`${moment}+05:30`), Date.now()];
  return () => new Date(base + Date.now() - begun);
};

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

/** Tells a verdict as of so many minutes before a bell. */
const teller =
  ({ app }: TestApp) =>
  (verdict: Readiness['verdict'], minutes: number, bell = BELL): Promise<void> => {
    const now = new Date(bell.getTime() - minutes * 60_000);
    return app.parts.database.write((transaction) =>
      tellReadiness(transaction, { ...forecast(verdict, now), bell }, now),
    );
  };

const kindsIn = (received: readonly { readonly body: string }[]): string[] =>
  received.map(({ body }) => JSON.parse(body).data.kind);

const channelAt = (url: string) => ({ input: { name: 'desk', kind: 'WEBHOOK' as const, url } });

test('a verdict is told once, gives way to a worse one, and is over when the account is on track again', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env, clock: () => BELL });
  await testApp.client.saveAlertChannel(channelAt(receiver.url));
  const tell = teller(testApp);
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
  await until(() => receiver.received[0], 'the first alert');
  await tell('TOO_LATE', 20);
  expect(open()).toEqual(['TOO_LATE']);
  await until(() => receiver.received[1], 'the second alert');
  await tell('ON_TRACK', 15);
  expect(open()).toEqual(['RECOVERED']);
  const { body } = await until(() => receiver.received[2], 'the recovery');
  expect(JSON.parse(body).data.title).toBe('UPSTOX_01 is on track again');
  expect(kindsIn(receiver.received)).toEqual(['AT_RISK', 'TOO_LATE', 'RECOVERED']);
});

test('what was told of an earlier bell, even acknowledged, does not keep the next one from being told', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const tell = teller(testApp);
  const raised = 'select resolved_at is null as open from vega_alerts order by raised_at';
  await tell('TOO_LATE', 20);
  const [alert] = await testApp.client.alerts();
  await testApp.client.acknowledgeAlert({ id: alert?.id ?? '' });
  await tell('TOO_LATE', 10);
  expect(testApp.rows(raised)).toEqual([{ open: 1 }]);
  await tell('TOO_LATE', 30, new Date(BELL.getTime() + 4 * 86_400_000));
  expect(testApp.rows(raised)).toEqual([{ open: 0 }, { open: 1 }]);
});

test('a verdict is told while the database cannot be written', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env, clock: clockFrom('2026-11-23T08:00:00') });
  await testApp.client.saveAlertChannel(channelAt(receiver.url));
  const { database, audit } = testApp.app.parts;
  await using lock = await holdLock(path.join(testApp.directory, 'vega_trade.db'));
  await audit.record('GATE_CLOSED', {});
  expect(database.recovery.dbLocked).toBe(true);
  testApp.app.beginForecasts();
  await until(() => kindsIn(receiver.received).includes('AT_RISK'), 'the alert');
  expect(database.recovery.dbLocked).toBe(true);
  await lock.release();
});

test('a cooldown before the bell reaches people within 10 s', async () => {
  const clock = clockFrom('2026-11-23T08:50:00');
  const knobs = { otpLimit: { count: 1, withinMs: 600_000 } };
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({
    ...{ apis: 2, env, clock },
    simulator: { knobs, now: () => clock().getTime() },
  });
  await testApp.client.saveAlertChannel(channelAt(receiver.url));
  testApp.app.beginForecasts();
  expect((await testApp.generate('mode: ALL')).status).toBe('COOLDOWN');
  const begun = Date.now();
  const told = await until(
    () => receiver.received.find(({ body }) => JSON.parse(body).data.kind === 'TOO_LATE'),
    'the alert',
  );
  expect(told.at - begun).toBeLessThan(10_000);
  const { title, text } = JSON.parse(told.body).data;
  expect(title).toMatch(/^UPSTOX_01: \d tokens? will not be there by 09:00 IST$/);
  expect(text).toContain('The broker rests until');
});
