import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeskClock, MORNING, openDesk } from '../probes/desk.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectAccessible, visit } from '../support/page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('the page probes when the operator asks for it, and says what each role can do', async () => {
  await using testApp = await openDesk(new DeskClock(MORNING), {
    ...{ apis: 3, tokens: ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2'] },
    simulator: { scenario: 'feed-refused' },
  });
  await using entered = await visit(browser, testApp);
  const { page, complaints } = entered;
  const panel = page.getByRole('region', { name: 'Capabilities of the roles' });
  await panel.getByText(/WEBSOCKET2 \? NOT KNOWN The broker was not asked/).waitFor();
  await panel.getByRole('button', { name: 'Probe capabilities' }).click();
  await panel.getByText(/WEBSOCKET2 ✕ NOT CAPABLE The feed was authorized.*\(HTTP 403\)/).waitFor();
  await panel.getByText(/WEBSOCKET1 ✓ CAPABLE market feed/).waitFor();
  await panel.getByText(/PRIMARY ✓ CAPABLE funds/).waitFor();
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});

test('the page says that probes are off', async () => {
  await using testApp = await openDesk(new DeskClock(MORNING), {
    ...{ apis: 1, tokens: ['PRIMARY'], env: { VEGA_PROBES: 'false' } },
  });
  await using entered = await visit(browser, testApp);
  const panel = entered.page.getByRole('region', { name: 'Capabilities of the roles' });
  await panel.getByText('Next: Set VEGA_PROBES=true').waitFor();
  expect(await panel.getByRole('button').isDisabled()).toBe(true);
});
