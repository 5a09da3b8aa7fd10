import { Webhook } from 'svix';
import { expect, test } from 'vitest';
import { raiseAlert } from '../../src/services/alerts/raise-alert.ts';
import { codeBlocksOf, documentText } from '../support/documents.ts';
import { openFolder } from '../support/folder.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openReceiver, until } from './receiver.ts';

const ALLOWED = { VEGA_ALERT_HOSTS: '127.0.0.1' };

const webhookAt = (url: string, more: object = {}) => ({
  input: { name: 'desk', kind: 'WEBHOOK' as const, url, ...more },
});

const DRAFT = {
  kind: 'HUMAN_NEEDED' as const,
  accountId: 'UPSTOX_01',
  title: 'UPSTOX_01: a person is needed',
  text: 'Look at the run.',
};

const raise = ({ app }: TestApp, fact: string, more: object = {}): Promise<void> => {
  const { database, clock } = app.parts;
  return database.write((trx) => raiseAlert(trx, { ...DRAFT, fact, ...more }, clock()));
};

/** What there is, and of which kind. */
const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
    : typeof value;

test('a rejected PIN is told as QUARANTINED, signed so that another library accepts it', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({
    apis: 1,
    env: ALLOWED,
    simulator: { scenario: 'wrong-pin' },
  });
  const { signingSecret } = await testApp.client.saveAlertChannel(webhookAt(`${receiver.url}/canary-path`));
  testApp.guard('path of the address', 'canary-path');
  await testApp.generate('mode: ALL');
  const { headers, body } = await until(() => receiver.received[0], 'the alert');
  const told = new Webhook(signingSecret ?? '').verify(body, headers as Record<string, string>);
  expect(told).toMatchObject({
    type: 'alert.quarantined',
    data: {
      kind: 'QUARANTINED',
      accountId: 'UPSTOX_01',
      title: 'UPSTOX_01 is quarantined: the broker rejected its credentials',
      isEscalated: false,
    },
  });
  const shown = codeBlocksOf(documentText('docs/operations.md')).find(({ text }) =>
    text.includes('"alert.quarantined"'),
  );
  expect(shapeOf(told)).toEqual(shapeOf(JSON.parse(shown?.text ?? '')));
  const { mobileNumber, pin, totpSecret, userId } = testApp.broker.account;
  for (const secret of [mobileNumber, pin, totpSecret, userId, signingSecret ?? ''])
    expect(body).not.toContain(secret);
  expect(testApp.said()).not.toContain('canary-path');
  const [alert] = await until(async () => {
    const alerts = await testApp.client.alerts();
    return alerts[0]?.deliveries[0]?.state === 'DELIVERED' && alerts;
  }, 'the delivery in the history');
  expect(
    alert?.deliveries.map(({ reason, state, attempts, answer }) => ({ reason, state, attempts, answer })),
  ).toMatchInlineSnapshot(`
      [
        {
          "answer": "HTTP 204",
          "attempts": 1,
          "reason": "RAISED",
          "state": "DELIVERED",
        },
        {
          "answer": null,
          "attempts": 0,
          "reason": "NOT_ACKNOWLEDGED",
          "state": "PENDING",
        },
      ]
    `);
});

test('an alert whose first two tries fail is delivered within 10 s, under the same id', async () => {
  await using receiver = await openReceiver((index) => (index < 2 ? 503 : 200));
  await using testApp = await openTestApp({ apis: 1, env: ALLOWED });
  await testApp.client.saveAlertChannel(webhookAt(receiver.url));
  const begun = Date.now();
  await raise(testApp, 'one');
  const third = await until(() => receiver.received[2], 'the third try');
  expect(third.at - begun).toBeLessThan(10_000);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  await raise(testApp, 'one');
  const alerts = await testApp.client.alerts();
  expect(alerts).toHaveLength(1);
});

test('two programs on one database deliver an alert once', async () => {
  await using receiver = await openReceiver();
  using folder = openFolder();
  const { directory } = folder;
  const one = await openTestApp({ apis: 1, env: ALLOWED, directory });
  const other = await openTestApp({ apis: 1, env: ALLOWED, directory, broker: one.broker });
  await one.client.saveAlertChannel(webhookAt(receiver.url));
  const facts = Array.from({ length: 10 }, (_, index) => `fact ${index}`);
  for (const fact of facts) await raise(one, fact);
  await until(async () => {
    const alerts = await other.client.alerts();
    return alerts.length === 10 && alerts.every(({ deliveries }) => deliveries[0]?.state === 'DELIVERED');
  }, 'ten deliveries');
  // What is under way is finished first.
  await other[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
  expect(receiver.received).toHaveLength(10);
});

test('a preview of the link does not acknowledge, a form does, and then nothing reminds', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env: ALLOWED });
  await testApp.client.saveAlertChannel(webhookAt(receiver.url));
  await raise(testApp, 'one');
  const { body } = await until(() => receiver.received[0], 'the alert');
  const link = JSON.parse(body).data.acknowledgeUrl as string;
  expect(link.startsWith(`${testApp.url}/alerts/acknowledge/`)).toBe(true);
  const shown = await fetch(link);
  expect(shown.status).toBe(200);
  expect(await shown.text()).toContain('<form method="post">');
  expect((await fetch(link, { method: 'HEAD' })).status).toBe(405);
  expect((await testApp.client.alerts())[0]?.acknowledgedAt).toBeNull();
  expect(
    (await fetch(link, { method: 'POST', headers: { origin: 'https://elsewhere.example' } })).status,
  ).toBe(403);
  const done = await fetch(link, { method: 'POST', headers: { origin: testApp.url } });
  expect(done.status).toBe(200);
  const [alert] = await testApp.client.alerts();
  expect(alert?.acknowledgedBy).toBe('link');
  expect(alert?.deliveries.map(({ state }) => state)).toEqual(['DELIVERED', 'CANCELLED']);
  expect((await fetch(link)).status).toBe(404);
  expect((await fetch(`${testApp.url}/alerts/acknowledge/guess`, { method: 'POST' })).status).toBe(404);
  testApp.guard('link', link.slice(-40));
});

test('an alert that nobody acknowledges goes to the second channel', async () => {
  let now = new Date('2026-11-30T01:00:00Z');
  await using first = await openReceiver();
  await using second = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env: ALLOWED, clock: () => now });
  await testApp.client.saveAlertChannel(webhookAt(first.url));
  await testApp.client.saveAlertChannel(webhookAt(second.url, { name: 'partner', afterMinutes: 10 }));
  await raise(testApp, 'one');
  await until(() => first.received[0], 'the alert');
  expect(second.received).toEqual([]);
  now = new Date('2026-11-30T01:10:00Z');
  const { body } = await until(() => second.received[0], 'the escalation');
  expect(JSON.parse(body).data.isEscalated).toBe(true);
  expect(first.received).toHaveLength(1);
});

test('quiet hours hold back everything but HUMAN_NEEDED', async () => {
  // 00:30 in India.
  let now = new Date('2026-11-29T19:00:00Z');
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env: ALLOWED, clock: () => now });
  await testApp.client.saveAlertChannel(webhookAt(receiver.url, { quietFrom: '23:00', quietUntil: '05:30' }));
  await raise(testApp, 'risk', { kind: 'AT_RISK' });
  await raise(testApp, 'person');
  await until(() => receiver.received[0], 'the alert');
  expect(receiver.received.map(({ body }) => JSON.parse(body).data.kind)).toEqual(['HUMAN_NEEDED']);
  now = new Date('2026-11-30T00:00:00Z');
  await until(
    () => receiver.received.some(({ body }) => JSON.parse(body).data.kind === 'AT_RISK'),
    'the rest',
  );
});

test('a redirect is not followed, and "send again" and "send a test" work', async () => {
  await using target = await openReceiver();
  await using receiver = await openReceiver((index) =>
    index === 0 ? { status: 307, location: target.url } : 200,
  );
  await using testApp = await openTestApp({ apis: 1, env: ALLOWED });
  const { channel } = await testApp.client.saveAlertChannel(webhookAt(receiver.url));
  expect(await testApp.client.testAlertChannel({ id: channel.id })).toEqual({
    isDelivered: false,
    answer: 'HTTP 307 (redirects are not followed)',
  });
  expect(target.received).toEqual([]);
  expect((await testApp.client.testAlertChannel({ id: channel.id })).isDelivered).toBe(true);
  await raise(testApp, 'one');
  const { id } = await until(async () => (await testApp.client.alerts())[0], 'the alert');
  await until(() => receiver.received[2], 'the alert');
  await testApp.client.resendAlert({ id });
  await until(() => receiver.received[3], 'the alert again');
  await testApp.client.acknowledgeAlert({ id });
  expect((await testApp.client.alerts())[0]?.acknowledgedAt).not.toBeNull();
});

test('a heartbeat is pinged while all is well, and falls silent while an alert is unanswered', async () => {
  let now = new Date('2026-11-30T01:00:00Z');
  await using watch = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env: ALLOWED, clock: () => now });
  await testApp.client.saveAlertChannel({
    input: { name: 'watch', kind: 'HEARTBEAT', url: `${watch.url}/ping` },
  });
  await until(() => watch.received[0], 'the first ping');
  expect(watch.received[0]).toMatchObject({ method: 'GET', path: '/ping' });
  await using desk = await openReceiver();
  await testApp.client.saveAlertChannel(webhookAt(desk.url));
  await raise(testApp, 'one');
  await until(() => desk.received[0], 'the alert');
  now = new Date('2026-11-30T01:05:00Z');
  // Each is sent by a look of its own at the outbox, which ends with the heartbeats: one whole look lies in between.
  for (const fact of ['two', 'three']) {
    const before = desk.received.length;
    await raise(testApp, fact);
    await until(() => desk.received.length > before, `alert ${fact}`);
  }
  expect(watch.received).toHaveLength(1);
  for (const { id } of await testApp.client.alerts()) await testApp.client.acknowledgeAlert({ id });
  await until(() => watch.received[1], 'the second ping');
});

test('addresses of the own network are refused unless they are allowed by name', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  for (const url of [
    'http://127.0.0.1:9/x',
    'https://10.0.0.1/x',
    'https://[::1]/x',
    'https://printer.local/x',
  ])
    await expect(testApp.client.saveAlertChannel(webhookAt(url))).rejects.toThrow(/own network/);
  await expect(testApp.client.saveAlertChannel(webhookAt('http://example.com/x'))).rejects.toThrow(/https/);
  await expect(testApp.client.saveAlertChannel(webhookAt('https://a:b@example.com/x'))).rejects.toThrow(
    /neither/,
  );
  expect(await testApp.client.alertChannels()).toEqual([]);
});

test('the figures count what could not be delivered', async () => {
  await using testApp = await openTestApp({ apis: 1, env: ALLOWED });
  await testApp.client.saveAlertChannel(webhookAt('http://127.0.0.1:1'));
  await raise(testApp, 'one');
  await until(async () => {
    const { deliveries } = (await testApp.client.alerts())[0] ?? {};
    return deliveries?.[0]?.answer === 'ECONNREFUSED';
  }, 'the failure');
  const response = await fetch(`${testApp.url}/metrics`, {
    headers: { authorization: `Bearer ${testApp.app.operatorKey}` },
  });
  expect(await response.text()).toContain('\nvega_alerts_undelivered 1\n');
});
