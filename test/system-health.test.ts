import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { built } from './support/built.ts';
import { environmentOf, openBroker, openDesk } from './support/desk.ts';
import { Program } from './support/program.ts';

const THOROUGH = `{ systemHealth(thorough: true) {
  browser clock findings { component state message nextAction } } }`;

test('a thorough look tells of a clock that is off', async () => {
  await using desk = await openDesk({ apis: 1, clock: () => new Date(Date.now() + 60_000) });
  const { systemHealth } = (await desk.ask(THOROUGH)).data;
  expect([systemHealth.browser, systemHealth.clock]).toEqual(['OK', 'DOWN']);
  const finding = systemHealth.findings.find(({ component }: { component: string }) => component === 'CLOCK');
  expect(finding.message).toMatch(/clock is (59|60|61) s ahead of the broker's/);
  expect(finding.nextAction).toContain('NTP');
});

test('a broker that does not answer leaves the clock unknown', async () => {
  const desk = await openDesk({ apis: 1 });
  await using _opened = desk;
  await desk.broker[Symbol.asyncDispose]();
  const { systemHealth } = (await desk.ask(THOROUGH)).data;
  expect(systemHealth.clock).toBe('UNKNOWN');
});

test('doctor starts the browser, and says what to do about one that does not', async () => {
  await using broker = await openBroker();
  await using program = new Program(await built('src/main.ts'));
  const broken = path.join(program.directory, 'chromium');
  writeFileSync(broken, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const env = { ...environmentOf(broker, 1), VEGA_CHROMIUM_PATH: broken, VEGA_LOG_LEVEL: 'error' };
  const { code, out } = await program.run(['doctor'], env);
  expect(code).toBe(3);
  expect(out).toMatch(/✕ Browser[\s\S]*vega-auth setup/);
  expect(out).toMatch(/● Clock +ok/);
});
