import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, untilSaid, visit } from '../support/page.ts';
import { openTestApp, until } from '../support/test-app.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('the page shows the coming days and the next start, and turns the schedule on and off', async () => {
  const ahead = atIst('2026-11-06', '05:00').getTime() - Date.now();
  const now = () => Date.now() + ahead;
  await using testApp = await openTestApp({ apis: 1, clock: () => new Date(now()), simulator: { now } });
  await testApp.client.refreshTradingCalendar();
  await using entered = await visit(browser, testApp);
  const { page, complaints } = entered;
  await untilSaid(page, 'IDLE');
  const panel = page.getByRole('region', { name: 'Schedule and trading days' });
  await panel.getByRole('table').waitFor();
  const rows = async () =>
    (await panel.locator('tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
  expect(await rows()).toEqual([
    'Fri 06 Nov ● TRADING DAY 09:15',
    'Sat 07 Nov – CLOSED',
    'Sun 08 Nov ◆ MUHURAT 18:00 Diwali Laxmi Pujan (Muhurat trading)',
    'Mon 09 Nov ● TRADING DAY 09:15',
    'Tue 10 Nov – CLOSED Diwali Balipratipada',
    'Wed 11 Nov ● TRADING DAY 09:15',
    'Thu 12 Nov ● TRADING DAY 09:15',
  ]);
  await panel.getByText('Nothing starts by itself.').waitFor();
  await panel.getByRole('button', { name: 'Turn the schedule on (06:00 IST on trading days)' }).click();
  await panel.getByText(/Starts by itself Fri 06 Nov 06:00:\d\d IST\./).waitFor();
  await expectAccessible(page);
  await panel.getByRole('button', { name: 'Turn the schedule off' }).click();
  await panel.getByText('Nothing starts by itself.').waitFor();
  await until('the schedule to be off', async () => (await testApp.client.schedule())?.enabled === false);
  expect(complaints).toEqual([]);
});
