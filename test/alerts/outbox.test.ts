import path from 'node:path';
import { expect, test } from 'vitest';
import { findDue, insertDelivery } from '../../src/db/queries/alerts/alert-deliveries.ts';
import type { AlertDraft } from '../../src/domain/alert/alert.ts';
import {
  acknowledge,
  raiseAlert,
  resolveAlerts,
  thisProcess,
} from '../../src/services/alerts/raise-alert.ts';
import { holdLock } from '../db/temporary-database.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openReceiver, until } from './receiver.ts';

const env = { VEGA_ALERT_HOSTS: '127.0.0.1' };
const DRAFT = { accountId: 'UPSTOX_01', title: 'UPSTOX_01: look', text: 'Look at it.' };

const raise = ({ app }: TestApp, kind: AlertDraft['kind'], more: Partial<AlertDraft> = {}): Promise<void> => {
  const { database, clock } = app.parts;
  return database.write((trx) => raiseAlert(trx, { ...DRAFT, kind, fact: kind, ...more }, clock()));
};

const resolve = ({ app }: TestApp, kind: AlertDraft['kind']): Promise<void> => {
  const { database, clock } = app.parts;
  const over = { title: 'It is over', text: 'Nothing is to be done.' };
  return database.write((trx) =>
    resolveAlerts(trx, { kinds: [kind], accountId: 'UPSTOX_01' }, over, clock()),
  );
};

const save = ({ client }: TestApp, url: string, more: object = {}) =>
  client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url, ...more } });

const kindsIn = (received: readonly { readonly body: string }[]): string[] =>
  received.map(({ body }) => JSON.parse(body).data.kind);

const deliveriesOf = ({ rows }: TestApp, kind: string) =>
  rows(
    `select reason, claimed_by_id is null as rests, state, attempts from vega_alert_deliveries as delivery
     join vega_alerts as alert on alert.id = delivery.alert_id where alert.kind = '${kind}' order by due_at`,
  ).map(({ reason, rests, state, attempts }) => `${reason} ${rests === 1 ? state : 'UNDER_WAY'} ${attempts}`);

/** A clock that a test moves on. */
const handTurned = (start: string) => {
  let now = Date.parse(start);
  return {
    clock: () => new Date(now),
    pass: (seconds: number): void => {
      now += seconds * 1000;
    },
  };
};

test('what is over or acknowledged is not tried again', async () => {
  const { clock, pass } = handTurned('2026-11-30T01:00:00Z');
  await using receiver = await openReceiver((index) => (index < 2 ? 503 : 204));
  await using testApp = await openTestApp({ apis: 1, env, clock });
  await save(testApp, receiver.url);
  await raise(testApp, 'AT_RISK');
  await raise(testApp, 'MISSED');
  await until(
    () => deliveriesOf(testApp, 'MISSED').includes('RAISED PENDING 1') && receiver.received.length === 2,
    'two failed tries',
  );
  await resolve(testApp, 'AT_RISK');
  const { database } = testApp.app.parts;
  const [{ id }] = testApp.rows(`select id from vega_alerts where kind = 'MISSED'`);
  await database.write((trx) => acknowledge(trx, id, 'somebody', clock()));
  expect(deliveriesOf(testApp, 'AT_RISK')).toEqual(['RAISED CANCELLED 1', 'NOT_ACKNOWLEDGED CANCELLED 0']);
  // As a version before this one has left it.
  testApp.change(
    `update vega_alert_deliveries set state = 'PENDING' where reason = 'RAISED' and attempts = 1`,
  );
  pass(2);
  await until(() => receiver.received[2], 'the recovery');
  await until(() => deliveriesOf(testApp, 'MISSED')[0] === 'RAISED CANCELLED 1', 'the end');
  await until(() => deliveriesOf(testApp, 'AT_RISK')[0] === 'RAISED CANCELLED 1', 'the end');
  expect(kindsIn(receiver.received).slice(2)).toEqual(['RECOVERED']);
});

test('a machine that slept for days gives nothing up at the first try, and neither does a late escalation', async () => {
  const { clock, pass } = handTurned('2026-11-27T12:00:00Z');
  await using receiver = await openReceiver((index) => (index < 2 ? 503 : 204));
  await using testApp = await openTestApp({ apis: 1, env, clock });
  await save(testApp, receiver.url, { afterMinutes: 1440 });
  await raise(testApp, 'AT_RISK');
  pass(3 * 86_400);
  await until(() => deliveriesOf(testApp, 'AT_RISK')[0] === 'NOT_ACKNOWLEDGED PENDING 1', 'the first try');
  pass(2);
  await until(() => deliveriesOf(testApp, 'AT_RISK')[0] === 'NOT_ACKNOWLEDGED PENDING 2', 'the second try');
  pass(2);
  await until(() => deliveriesOf(testApp, 'AT_RISK')[0] === 'NOT_ACKNOWLEDGED DELIVERED 3', 'the delivery');
});

test('a delivery is given up after a hundred tries, also where it was sent again', async () => {
  const { clock, pass } = handTurned('2026-11-27T12:00:00Z');
  await using receiver = await openReceiver(() => 503);
  await using testApp = await openTestApp({ apis: 1, env, clock });
  await save(testApp, receiver.url);
  await raise(testApp, 'RECOVERED');
  const [alert] = await testApp.client.alerts();
  await testApp.client.resendAlert({ id: alert?.id ?? '' });
  await until(
    () => deliveriesOf(testApp, 'RECOVERED').every((told) => told.endsWith('PENDING 1')),
    'two tries',
  );
  testApp.change('update vega_alert_deliveries set attempts = 99');
  pass(2);
  await until(
    () => deliveriesOf(testApp, 'RECOVERED').every((told) => told.endsWith('FAILED 100')),
    'the end',
  );
  const { nodes } = await testApp.client.auditLog({ first: 20 });
  const messages = nodes.map(({ message }) => message);
  expect(messages).toContain('An alert could not be delivered to "desk" and is given up: HTTP 503.');
  expect(messages).toContain(`Alert ${alert?.id} is sent again to "desk".`);
});

test('"send again" goes to the channels that the alert is for, and retries in quiet hours', async () => {
  // 00:30 in India.
  const { clock, pass } = handTurned('2026-11-29T19:00:00Z');
  await using desk = await openReceiver((index) => (index === 0 ? 503 : 204));
  await using other = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env, clock });
  await save(testApp, desk.url, { quietFrom: '23:00', quietUntil: '05:30', kinds: ['AT_RISK'] });
  await save(testApp, other.url, { name: 'other', kinds: ['STORAGE'] });
  await raise(testApp, 'AT_RISK');
  const [alert] = await testApp.client.alerts();
  const { deliveries } = await testApp.client.resendAlert({ id: alert?.id ?? '' });
  expect(
    deliveries.filter(({ reason }) => reason === 'SENT_AGAIN').map(({ channelName }) => channelName),
  ).toEqual(['desk']);
  await until(() => deliveriesOf(testApp, 'AT_RISK').includes('SENT_AGAIN PENDING 1'), 'the first try');
  pass(2);
  await until(() => deliveriesOf(testApp, 'AT_RISK').includes('SENT_AGAIN DELIVERED 2'), 'the second try');
  expect(other.received).toEqual([]);
});

test('the end of an alert is told where the alert was told, also by escalation', async () => {
  const { clock, pass } = handTurned('2026-11-30T01:00:00Z');
  await using partner = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env, clock });
  await save(testApp, partner.url, { name: 'partner', afterMinutes: 10 });
  await raise(testApp, 'AT_RISK');
  pass(600);
  await until(() => partner.received[0], 'the escalation');
  await resolve(testApp, 'AT_RISK');
  await until(() => partner.received[1], 'the recovery');
  expect(kindsIn(partner.received)).toEqual(['AT_RISK', 'RECOVERED']);
});

test('in an outage the deliveries of a dead process are sent', async () => {
  const { clock, pass } = handTurned('2026-11-30T01:00:00Z');
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env, clock });
  await save(testApp, receiver.url);
  await raise(testApp, 'AT_RISK', { holdMs: 60_000 });
  testApp.change('update vega_alert_deliveries set made_by_id = 999999, made_by_birth = null');
  const { database, audit } = testApp.app.parts;
  await using lock = await holdLock(path.join(testApp.directory, 'vega_trade.db'));
  await audit.record('GATE_CLOSED', {});
  expect(database.trouble).not.toBeNull();
  pass(61);
  await until(() => kindsIn(receiver.received).includes('AT_RISK'), 'the alert');
  expect(database.trouble).not.toBeNull();
  await lock.release();
});

test('hundreds of overdue deliveries of one channel hold up no other', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { database } = testApp.app.parts;
  const dueAt = new Date('2026-11-30T01:00:00Z');
  await database.write(async (trx) => {
    for (let index = 0; index < 300; index += 1)
      await insertDelivery(
        trx,
        {
          ...{ id: `dead ${index}`, alertId: 'a', channelId: 'dead' },
          channelName: 'dead',
          reason: 'RAISED',
          dueAt,
        },
        thisProcess(),
      );
    const later = new Date(dueAt.getTime() + 1000);
    const alive = { id: 'alive', alertId: 'b', channelId: 'alive', channelName: 'alive' };
    await insertDelivery(trx, { ...alive, reason: 'RAISED', dueAt: later }, thisProcess());
    await trx
      .updateTable('vega_alert_deliveries')
      .set({ attempts: 3 })
      .where('channel_id', '=', 'dead')
      .execute();
    const due = await findDue(trx, new Date(dueAt.getTime() + 2000), 20);
    expect(due[0]?.id).toBe('alive');
    expect(due).toHaveLength(21);
    await trx.deleteFrom('vega_alert_deliveries').execute();
  });
});

test('the program ends in time, whatever a receiver does', async () => {
  const hung = (await import('node:net')).createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((listening) => hung.listen(0, '127.0.0.1', listening));
  const { port } = hung.address() as { port: number };
  const testApp = await openTestApp({ apis: 1, env });
  const mail = { sender: 'vega@desk.example', recipient: 'one@desk.example' };
  await save(testApp, `smtp://127.0.0.1:${port}`, { kind: 'EMAIL', ...mail });
  for (const fact of ['one', 'two', 'three', 'four']) await raise(testApp, 'HUMAN_NEEDED', { fact });
  await until(() => deliveriesOf(testApp, 'HUMAN_NEEDED').includes('RAISED PENDING 1'), 'the first try');
  const begun = Date.now();
  await testApp[Symbol.asyncDispose]();
  expect(Date.now() - begun).toBeLessThan(15_000);
  hung.close();
});

test('the figures leave out what nobody has to be told any more', async () => {
  const { clock, pass } = handTurned('2026-11-30T01:00:00Z');
  await using testApp = await openTestApp({ apis: 1, env, clock });
  const { channel } = await save(testApp, 'http://127.0.0.1:1');
  const figure = async (): Promise<string | undefined> => {
    const headers = { authorization: `Bearer ${testApp.app.operatorKey}` };
    const text = await (await fetch(`${testApp.url}/metrics`, { headers })).text();
    return /\nvega_alerts_undelivered (\d+)\n/.exec(text)?.[1];
  };
  await raise(testApp, 'AT_RISK');
  await raise(testApp, 'TOO_LATE');
  await raise(testApp, 'RECOVERED');
  testApp.change(`update vega_alert_deliveries set state = 'FAILED' where reason = 'RAISED'`);
  testApp.change(`update vega_alert_deliveries set state = 'CANCELLED' where reason != 'RAISED'`);
  expect(await figure()).toBe('3');
  await resolve(testApp, 'AT_RISK');
  testApp.change(`update vega_alert_deliveries set state = 'CANCELLED' where state = 'PENDING'`);
  expect(await figure()).toBe('2');
  pass(25 * 3600);
  expect(await figure()).toBe('1');
  await testApp.client.removeAlertChannel({ id: channel.id });
  expect(await figure()).toBe('0');
});
