import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { openTestApp } from '../support/test-app.ts';

test('a dialog that could not be opened is looked at again in the same evening, and one that was is not', async () => {
  let now = new Date('2026-11-29T20:31:00+05:30').getTime();
  const clock = () => new Date(now);
  const folder = mkdtempSync(path.join(tmpdir(), 'vega-canary-'));
  await using _folder = {
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
  const browser = path.join(folder, 'chromium');
  writeFileSync(browser, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const env = { VEGA_CHROMIUM_PATH: browser };
  await using desk = await openTestApp({ apis: 1, env, clock, simulator: { now: () => now } });
  await desk.ask('mutation { saveSchedule(input: { startAt: "06:00" }) { enabled } }');
  const { canaryWatch } = desk.app.parts as unknown as { canaryWatch: { tick(): Promise<void> } };
  await canaryWatch.tick();
  writeFileSync(browser, `#!/bin/sh\nexec '${findChromium({ headless: true })?.executablePath}' "$@"\n`);
  const looks = () => desk.rows('select slot, verdict from vega_dialog_looks order by at');
  expect(looks()).toEqual([{ slot: null, verdict: 'NOT_KNOWN' }]);
  await canaryWatch.tick();
  expect(looks()).toHaveLength(1);
  now += 6 * 60_000;
  await canaryWatch.tick();
  now += 6 * 60_000;
  await canaryWatch.tick();
  expect(looks()).toEqual([
    { slot: null, verdict: 'NOT_KNOWN' },
    { slot: '2026-11-30 evening', verdict: 'SAME' },
  ]);
  expect(desk.broker.log.filter(({ kind }) => kind === 'DIALOG')).toHaveLength(1);
});
