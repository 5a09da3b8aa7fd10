import path from 'node:path';
import { expect, test } from 'vitest';
import { storageDamaged } from '../../src/domain/alert/alert-drafts.ts';
import { raiseAlert } from '../../src/services/alerts/raise-alert.ts';
import { holdLock } from '../db/temporary-database.ts';
import { openFolder } from '../support/folder.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openReceiver, until } from './receiver.ts';

const env = { VEGA_ALERT_HOSTS: '127.0.0.1' };
const CANARY = 'canary-of-the-address';

test('a rotation of the master key seals channels anew, and a second start opens them', async () => {
  await using receiver = await openReceiver();
  await using first = await openTestApp({ apis: 1, env });
  const input = { name: 'desk', kind: 'WEBHOOK' as const, url: `${receiver.url}/${CANARY}` };
  const { channel } = await first.client.saveAlertChannel({ input });
  const sealed = () => first.rows('select target from vega_alert_channels')[0].target as string;
  const before = sealed();
  expect(before).not.toContain(CANARY);
  await first.client.rotateMasterKey();
  expect(sealed()).not.toBe(before);
  await using second = await openTestApp({ apis: 1, env, directory: first.directory, broker: first.broker });
  expect((await second.client.testAlertChannel({ id: channel.id })).isDelivered).toBe(true);
  expect(receiver.received[0]?.path).toBe(`/${CANARY}`);
  expect(first.said() + second.said()).not.toContain(CANARY);
  expect(JSON.stringify(await second.client.auditLog({ first: 100 }))).not.toContain(CANARY);
});

const kindsIn = (received: readonly { readonly body: string }[]): string[] =>
  received.map(({ body }) => JSON.parse(body).data.kind);

const lockOf = ({ directory }: TestApp) => holdLock(path.join(directory, 'vega_trade.db'));

test('a lock of the database that is over in a moment is not told', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env });
  await testApp.client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: receiver.url } });
  const { database, audit } = testApp.app.parts;
  const lock = await lockOf(testApp);
  await audit.record('GATE_CLOSED', {});
  expect(database.trouble).not.toBeNull();
  await lock.release();
  const [alert, ...others] = await until(async () => {
    const alerts = await testApp.client.alerts();
    return alerts[0]?.resolvedAt != null && alerts;
  }, 'the end of the outage');
  expect(others).toEqual([]);
  expect(alert?.kind).toBe('STORAGE');
  expect(alert?.deliveries.map(({ state }) => state)).toEqual(['CANCELLED', 'CANCELLED']);
  expect(receiver.received).toEqual([]);
});

test('a locked database is told while it lasts, and so is its end', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env });
  await testApp.client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: receiver.url } });
  const { database, audit } = testApp.app.parts;
  const lock = await lockOf(testApp);
  await audit.record('GATE_CLOSED', {});
  await until(() => receiver.received[0], 'the alert');
  expect(database.trouble).not.toBeNull();
  await lock.release();
  await until(() => receiver.received[1], 'the recovery');
  expect(kindsIn(receiver.received)).toEqual(['STORAGE', 'RECOVERED']);
});

test('the end of a lock does not end an alert about damage', async () => {
  await using receiver = await openReceiver(() => 503);
  await using testApp = await openTestApp({ apis: 1, env });
  await testApp.client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: receiver.url } });
  const { database, audit, clock } = testApp.app.parts;
  const damage = storageDamaged('A spill file is damaged.', clock());
  await database.write((trx) => raiseAlert(trx, damage, clock()));
  const lock = await lockOf(testApp);
  await audit.record('GATE_CLOSED', {});
  await lock.release();
  const alerts = await until(async () => {
    const told = await testApp.client.alerts();
    return told.some(({ resolvedAt }) => resolvedAt != null) && told;
  }, 'the end of the outage');
  expect(alerts.filter(({ resolvedAt }) => resolvedAt == null).map(({ title }) => title)).toEqual([
    damage.title,
  ]);
  const { deliveries } = alerts.find(({ title }) => title === damage.title) ?? {};
  expect(deliveries?.map(({ state }) => state)).toEqual(['PENDING', 'PENDING']);
});

test('a run that stops is told as HUMAN_NEEDED, and RECOVERED follows once the tokens are there', async () => {
  using folder = openFolder();
  const { directory } = folder;
  await using receiver = await openReceiver();
  const input = { name: 'desk', kind: 'WEBHOOK' as const, url: receiver.url };
  const first = await openTestApp({ apis: 1, env, directory, simulator: { scenario: 'captcha' } });
  await first.client.saveAlertChannel({ input });
  expect((await first.generate('mode: ALL')).status).toBe('STOPPED');
  const { body } = await until(() => receiver.received[0], 'the alert');
  await first[Symbol.asyncDispose]();
  expect(JSON.parse(body).data).toMatchObject({
    kind: 'HUMAN_NEEDED',
    title: 'UPSTOX_01: the run stopped with 0 of 1 tokens',
  });
  expect(JSON.parse(body).data.text).toContain('PRIMARY: CAPTCHA.');
  await using second = await openTestApp({ apis: 1, env, directory });
  expect((await second.generate('mode: ALL')).status).toBe('COMPLETED');
  await until(() => receiver.received[1], 'the recovery');
  expect(kindsIn(receiver.received)).toEqual(['HUMAN_NEEDED', 'RECOVERED']);
});
