import { expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { untilSaid, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';

const ROWS = 50_000;

/** Scrolls as fast as a wheel can, to the oldest entry that is loaded, and again, and notes how long each frame took. */
const SCROLL = `new Promise((resolve) => {
  const grid = document.querySelector('.audit');
  const frames = [];
  let last = performance.now();
  let drawn = 0;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    drawn = Math.max(drawn, grid.querySelectorAll('.audit-body > *').length);
    grid.scrollTop += 3000;
    const isAtEnd = grid.querySelector('[aria-rowindex="${ROWS}"]') !== null;
    if (isAtEnd || frames.length > 4000) return resolve({ frames: frames.slice(2), drawn, isAtEnd });
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

/** How long a hundred frames take in which nothing is done. */
const IDLE_FRAMES = `new Promise((resolve) => {
  const frames = [];
  let last = performance.now();
  const step = (now) => {
    frames.push(now - last);
    last = now;
    if (frames.length > 100) return resolve(frames.slice(2));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test('fifty thousand entries scroll at frame rate, page by page to the oldest, with few rows drawn', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  testApp.change(`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})
    insert into vega_audit_entries (sequence, entry_key, at, severity, component, kind, message, hash)
    select (select max(sequence) from vega_audit_entries) + i, 'planted ' || i, 1795500000000 + i,
      iif(i % 50 = 0, 'WARN', 'INFO'), 'AUTH', 'STATE_CHANGED', 'planted entry ' || i, 'none' from n`);
  await using browser = await launchChromium();
  await using entered = await visit(browser, testApp);
  const { page } = entered;
  await untilSaid(page, 'IDLE');
  await page.locator('.audit').getByText('planted entry 50000').waitFor();

  const floor = median((await page.evaluate(IDLE_FRAMES)) as number[]);
  const { frames, drawn, isAtEnd } = (await page.evaluate(SCROLL)) as {
    frames: number[];
    drawn: number;
    isAtEnd: boolean;
  };
  expect(isAtEnd).toBe(true);
  expect(drawn).toBeLessThan(80);
  // As often as a page that does nothing is drawn at that moment, which is sixty times a second on a machine that is free.
  expect(median(frames)).toBeLessThan(Math.max(20, 1.5 * floor));

  // What comes on top pushes nothing away, and the newest is one key away.
  const rowcount = () => page.locator('.audit').getAttribute('aria-rowcount');
  const before = Number(await rowcount());
  const reading = await page.locator('.audit-body .audit-row').nth(14).innerText();
  await testApp.client.createAccessKey({ input: { name: 'new on top', role: 'VIEWER' } });
  await expect.poll(rowcount).toBe(String(before + 1));
  await expect.poll(async () => (await page.locator('.audit-body').innerText()).includes(reading)).toBe(true);
  await page.locator('.audit').press('Home');
  await page.locator('.audit').getByText('new on top').waitFor();

  await page.getByLabel('Severity').selectOption('WARN');
  await page.locator('.audit').getByText('planted entry 49950').waitFor();
  expect(await page.locator('.audit-body').innerText()).not.toContain('INFO');
  expect(entered.complaints).toEqual([]);
}, 90_000);
