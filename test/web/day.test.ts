import { expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { headline, rowOf, untilSaid, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';

/** The page learns the time from the next thing that happens; from then on it ticks by itself. */
const SECONDS_BEFORE = 3;

test('open through a whole day, the page goes green, amber, red and expired, and the gate closes by itself', async () => {
  let offset = Date.parse('2026-11-24T03:25:00Z') - Date.now();
  const now = () => new Date(Date.now() + offset);
  await using testApp = await openTestApp({ apis: 2, clock: now, simulator: { now: () => now().getTime() } });
  await using browser = await launchChromium();
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await page.getByRole('button', { name: 'Generate missing' }).click();
  await untilSaid(page, 'CONFIRMED', 40_000);
  expect(await rowOf(page, 'PRIMARY')).toMatch(/^▸ PRIMARY ✓ VALID ● 18h \d\dm Wed 03:30 08:5\d:\d\d$/);

  /** Turns the clock to shortly before an instant, and lets the page hear of it by what somebody else does. */
  const turnTo = async (instant: string): Promise<void> => {
    offset = Date.parse(instant) - SECONDS_BEFORE * 1000 - Date.now();
    await testApp.client.createAccessKey({ input: { name: `made before ${instant}`, role: 'VIEWER' } });
    await page.locator('.audit').getByText(`made before ${instant}`).first().waitFor();
  };
  const bar = page.locator('.primary-row .expiry-bar');
  const toneOf = () => bar.getAttribute('data-tone');
  const untilRow = (said: RegExp) =>
    expect.poll(() => rowOf(page, 'PRIMARY'), { timeout: 15_000, interval: 50 }).toMatch(said);

  await turnTo('2026-11-24T21:00:00Z');
  expect([await toneOf(), await headline(page)]).toEqual([
    'good',
    expect.stringContaining('CONFIRMED Every token is valid. NEXT'),
  ]);
  await untilRow(/▲ 59m 5\ds AMBER/);
  await untilSaid(page, 'Every token is valid, for less than an hour.');
  expect(await toneOf()).toBe('warn');

  await turnTo('2026-11-24T21:50:00Z');
  await untilRow(/■ 9m 5\ds RED/);
  await untilSaid(page, 'Every token is valid, for less than ten minutes.');
  expect([await toneOf(), await headline(page)]).toEqual(['bad', expect.stringContaining('✓ GATE OPEN')]);

  await turnTo('2026-11-24T22:00:00Z');
  await untilSaid(
    page,
    'IDLE Not logged in: all 2 tokens expired. NEXT Generate what is missing. ⊘ GATE SHUT',
  );
  await untilRow(/^▸ PRIMARY ✕ EXPIRED ✕ EXPIRED Wed 03:30/);
  await page.locator('.audit').getByText('The gate is closed.').waitFor();
  expect(await page.locator('.server-time').innerText()).toMatch(/^03:30:\d\d IST$/);
  expect(entered.complaints).toEqual([]);
}, 90_000);
