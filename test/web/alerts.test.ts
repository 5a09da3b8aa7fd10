import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raiseAlert } from '../../src/services/alerts/raise-alert.ts';
import { openReceiver, until } from '../alerts/receiver.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, stranger, untilSaid, visit } from '../support/page.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const env = { VEGA_ALERT_HOSTS: '127.0.0.1' };

const raise = ({ app }: TestApp, fact: string): Promise<void> => {
  const { database, clock } = app.parts;
  const draft = {
    kind: 'HUMAN_NEEDED',
    accountId: 'UPSTOX_01',
    title: `Look at ${fact}`,
    text: 'Look.',
  } as const;
  return database.write((trx) => raiseAlert(trx, { ...draft, fact }, clock()));
};

test('the open page shows an alert, how far it is, and sends it again; a channel is tested', async () => {
  await using receiver = await openReceiver();
  await using watch = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env });
  await testApp.client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: receiver.url } });
  await testApp.client.saveAlertChannel({ input: { name: 'watch', kind: 'HEARTBEAT', url: watch.url } });
  await using entered = await visit(browser, testApp);
  const { page, complaints } = entered;
  await untilSaid(page, 'IDLE');
  const panel = page.getByRole('region', { name: 'Alerts' });
  await panel.getByText('There was no alert.').waitFor();
  await panel.getByText(/^Pinged last .* IST: HTTP 204\.$/).waitFor();

  // Nothing but the alert happens: the page sees it by itself.
  await raise(testApp, 'this');
  await panel.getByText('Look at this').waitFor();
  await panel.getByText(/^✓ desk: delivered, one try, .* IST \(HTTP 204\)$/).waitFor();
  await panel.getByText(/^◷ desk: pending, unless acknowledged by .* IST$/).waitFor();
  await expectAccessible(page);

  await panel.getByRole('button', { name: 'Send again' }).click();
  await until(() => receiver.received[1], 'the alert again');
  await panel.getByRole('button', { name: 'Send a test to desk' }).click();
  await panel.getByText('✓ delivered: HTTP 204').waitFor();
  const [first, again, tested] = receiver.received.map(({ body }) => JSON.parse(body).data);
  expect([first.title, again.title, tested.kind]).toEqual(['Look at this', 'Look at this', 'TEST']);
  await panel.getByRole('button', { name: 'Acknowledge' }).click();
  await panel.getByText(/✓ seen or over/).waitFor();
  expect(complaints).toEqual([]);
});

test('the form behind the link of an alert acknowledges it in a browser without a session', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 1, env });
  await testApp.client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: receiver.url } });
  await raise(testApp, 'this');
  const { body } = await until(() => receiver.received[0], 'the alert');
  const link = JSON.parse(body).data.acknowledgeUrl as string;
  await using entered = await stranger(browser, testApp.url);
  const { page, complaints } = entered;
  await page.goto(link);
  await page.getByRole('heading', { name: 'Look at this' }).waitFor();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText('Acknowledged: Look at this.').waitFor();
  const [alert] = await testApp.client.alerts();
  expect(alert?.acknowledgedBy).toBe('link');
  expect(complaints).toEqual([]);
});
