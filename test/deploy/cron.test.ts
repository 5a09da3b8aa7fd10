import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import type { Env } from '../../src/config.ts';
import { codeBlocksOf, sectionOf } from '../support/documents.ts';
import { openFolder } from '../support/folder.ts';
import { type Packed, pack } from '../support/packed.ts';
import { environmentOf, openBroker } from '../support/test-app.ts';

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
});

const [CRONTAB = ''] = codeBlocksOf(sectionOf('docs/operations.md', 'cron')).map(({ text }) => text);

/** As cron reads it: settings, and lines of five fields with a command behind them. */
const readCrontab = (text: string) => {
  const lines = text.trim().split('\n');
  const [command = ''] = lines.flatMap((line) => /^(?:[\d*,-]+ +){5}(.*)$/.exec(line)?.[1] ?? []);
  const settings = lines.flatMap((line) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return { command, settings: Object.fromEntries(settings) as Env };
};

/** A machine on which the folders of the documents have other names. */
const openMachine = () => {
  const { directory, ...folder } = openFolder();
  const [programs, desk] = [path.join(directory, 'bin'), path.join(directory, 'desk')];
  for (const name of [programs, desk]) mkdirSync(name);
  symlinkSync(process.execPath, path.join(programs, 'node'));
  symlinkSync(path.join(packed.folder, 'dist/main.js'), path.join(programs, 'vega-auth'));
  const { command, settings } = readCrontab(
    CRONTAB.replaceAll('/usr/local/bin', programs).replaceAll('/srv/desk', desk),
  );
  // Nothing else is in cron's environment; the temporary folder keeps the one browser of other tests apart.
  const cron = { HOME: directory, LOGNAME: 'desk', SHELL: '/bin/sh', PATH: '/usr/bin:/bin' };
  const env = { ...cron, ...settings, TMPDIR: directory };
  return {
    ...folder,
    configure: (variables: Env) => {
      const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
      writeFileSync(path.join(desk, '.env'), lines.join(''));
    },
    runLine: () =>
      new Promise<string | number>((resolve) => {
        execFile('/bin/sh', ['-c', command], { cwd: directory, env }, (error) => resolve(error?.code ?? 0));
      }),
    log: () => readFileSync(path.join(desk, 'morning.log'), 'utf8'),
  };
};

test('the crontab of the documents makes the tokens in the environment of cron, and logs one line', async () => {
  await using broker = await openBroker();
  using machine = openMachine();
  const chromium = findChromium({ headless: true })?.executablePath;
  machine.configure({
    ...environmentOf(broker, 1),
    VEGA_LOG_LEVEL: 'error',
    VEGA_CHROMIUM_PATH: chromium,
  });
  expect([await machine.runLine(), machine.log()]).toEqual([
    0,
    'vega-auth UPSTOX_01: 1 of 1 tokens valid until 03:30 IST (in this process)\n',
  ]);
});

test('the log holds what went wrong', async () => {
  using machine = openMachine();
  machine.configure({ VEGA_PORT: '0' });
  expect(await machine.runLine()).toBe(3);
  expect(machine.log()).toContain('UPSTOX_PIN: is missing');
});
