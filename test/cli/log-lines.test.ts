import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { openFolder } from '../support/folder.ts';
import { Program } from '../support/program.ts';
import { Screen } from '../support/screen.ts';
import { environmentOf, openBroker, refuseLeaks, secretsOf } from '../support/test-app.ts';

let main: string;
beforeAll(async () => {
  main = await built('src/main.ts');
});

/** As loud as it gets, in the process of the command. */
const LOUD = { VEGA_LOG_LEVEL: 'trace', VEGA_PORT: '0' };
const LOG_LINE = /\{"level"|"msg":/;

const logIn = (directory: string): string => path.join(directory, '.vega/vega-auth.log');

test.each(['generate', '--mode=auto --yes', 'status'])(
  'on a terminal the log of `vega-auth %s` goes to a file, which is named at the end',
  async (command) => {
    await using broker = await openBroker();
    using folder = openFolder();
    const { directory } = folder;
    const env = { ...environmentOf(broker, 1), ...LOUD, TMPDIR: directory };
    using screen = new Screen({ columns: 160, rows: 40, directory, env });
    const seen = await screen.run(`${process.execPath} ${main} ${command}`);
    expect(seen).not.toMatch(LOG_LINE);
    const file = logIn(directory);
    if (!existsSync(file)) return expect(seen).not.toContain(file);
    expect(seen).toMatch(/vega-auth: (?:1 log line was|\d+ log lines were) written to \S+vega-auth\.log/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const log = readFileSync(file, 'utf8');
    expect(log).toMatch(LOG_LINE);
    refuseLeaks(
      log,
      secretsOf(env, null, () => []),
    );
  },
);

test('on a terminal the log of the menu goes to a file, too', async () => {
  await using broker = await openBroker();
  using folder = openFolder();
  const { directory } = folder;
  const env = { ...environmentOf(broker, 1), ...LOUD, TMPDIR: directory };
  using screen = new Screen({ columns: 160, rows: 40, directory, env });
  screen.type(`${process.execPath} ${main}; echo "[ended: $?]"`);
  await screen.sees(/Choose Action/);
  screen.press('Enter');
  await screen.sees(/\[ended: 0\]/);
  expect(screen.text()).not.toMatch(LOG_LINE);
  expect(readFileSync(logIn(directory), 'utf8')).toContain('run ended');
});

test('on a terminal the log of the throttled demo goes to a file, and its link stands on a line of its own', async () => {
  using folder = openFolder();
  const { directory } = folder;
  const { PLAYWRIGHT_BROWSERS_PATH } = process.env;
  const env = { ...LOUD, VEGA_COOLDOWN_SECONDS: '600', TMPDIR: directory, PLAYWRIGHT_BROWSERS_PATH };
  using screen = new Screen({ columns: 160, rows: 40, directory, env });
  screen.type(`${process.execPath} ${main} demo --scenario throttled; echo "[ended: $?]"`);
  await screen.sees(/cooldown \d+:\d\d left/);
  const seen = screen.text();
  expect(seen).toMatch(/^ {2}http:\/\/127\.0\.0\.1:\d+\/\S+$/m);
  expect(seen).not.toMatch(LOG_LINE);
  screen.press('C-c');
  await screen.sees(/\[ended: 1\]/);
  expect(screen.text()).toMatch(/Submitted in this run: \w/);
  expect(screen.text()).not.toMatch(LOG_LINE);
});

test('without a terminal the log goes to standard error', async () => {
  await using broker = await openBroker();
  await using program = new Program(main);
  const { err } = await program.run(['generate'], { ...environmentOf(broker, 1), ...LOUD });
  expect(err).toMatch(LOG_LINE);
  expect(existsSync(logIn(program.directory))).toBe(false);
});
