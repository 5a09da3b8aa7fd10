import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Env } from '../../src/config.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { built } from '../support/built.ts';
import { Program } from '../support/program.ts';
import { Screen } from '../support/screen.ts';
import { environmentOf, openBroker, refuseLeaks, secretsOf } from '../support/test-app.ts';

let main: string;
let broker: Simulator;
beforeAll(async () => {
  main = await built('src/main.ts');
  broker = await openBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

/** A browser that is started for each look would be most of the time that these tests take. */
const NO_BROWSER = { VEGA_CHROMIUM_PATH: '/none' };

/** What an account answers, and the settings that make the broker the simulated one. */
const split = (
  apis: number,
  more: Env = {},
): { readonly answers: Record<string, string>; readonly settings: Env } => {
  const entries = Object.entries(environmentOf(broker, apis));
  const isAnswer = ([name]: readonly [string, unknown]) => /^UPSTOX_(?!API_BASE)/.test(name);
  const answers = Object.fromEntries(entries.filter(isAnswer)) as Record<string, string>;
  const settings = Object.fromEntries(entries.filter((entry) => !isAnswer(entry)));
  return { answers, settings: { ...settings, ...more, VEGA_LOG_LEVEL: undefined } };
};

const lines = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const envFile = (program: Program): string => path.join(program.directory, '.env');
const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
const leaks = (said: string): void =>
  refuseLeaks(
    said,
    secretsOf(environmentOf(broker), null, () => []),
  );

test('from lines on standard input comes a .env for the owner alone, looked at, with what is to do next', async () => {
  await using program = new Program(main);
  const { answers, settings } = split(2);
  const { code, out, err } = await program.run(['init'], settings, lines(answers));
  expect([code, modeOf(envFile(program))]).toEqual([0, '600']);
  expect(parseEnv(readFileSync(envFile(program), 'utf8'))).toEqual(answers);
  expect(out).toMatch(/API apps +ok/);
  expect(out.slice(out.indexOf('\nAt the broker'))).toBe(`
At the broker, in each of your API apps:
  Redirect URI  ${answers.UPSTOX_REDIRECT_URI}
  Notifier webhook: none. Only approvals on the phone need one: an address of yours that passes on to the server/api/v1/auth/upstox/webhook, also set as UPSTOX_NOTIFIER_WEBHOOK_URI.

Next:
  vega-auth generate  makes the tokens
  vega-auth serve     the server with the operator page
  vega-auth schedule  when the server makes the tokens by itself
`);
  leaks(out + err);
});

test('every wrong or missing answer is explained at once, without its value, and nothing is written', async () => {
  await using program = new Program(main);
  const { answers, settings } = split(1);
  const { UPSTOX_TOTP: _, ...others } = answers;
  const given = lines({ ...others, UPSTOX_PIN: '73519', UPSTOX_PINN: '735190', LOGIN_CONFIG_SOURCE: 'ENV' });
  const { code, out, err } = await program.run(
    ['init'],
    { ...settings, UPSTOX_CLIENT_ID_0: 'another' },
    given,
  );
  expect([code, existsSync(envFile(program))]).toEqual([3, false]);
  expect(err.trim().split('\n')).toEqual([
    'LOGIN_CONFIG_SOURCE: is nothing that init writes; put it into .env by hand, or leave it out',
    'UPSTOX_CLIENT_ID_0: is set already with another value; change it there, or leave it out here',
    'UPSTOX_PINN: is nothing that init writes; put it into .env by hand, or leave it out',
    'UPSTOX_PIN: should be the six-digit PIN',
    expect.stringMatching(/^UPSTOX_TOTP: is missing; it should be the base32 TOTP secret/),
    'Nothing was written.',
  ]);
  expect(out + err).not.toContain('73519');
  leaks(out + err);
});

test('what .env holds stays: only what is missing is added, and a mistake in it is left to its owner', async () => {
  await using program = new Program(main);
  const { answers, settings } = split(1, NO_BROWSER);
  const { UPSTOX_PIN, UPSTOX_CLIENT_SECRET_0, ...others } = answers;
  const before = `# mine\n${lines(others)}UPSTOX_PIN=12 # wrong`;
  writeFileSync(envFile(program), before, { mode: 0o644 });
  const secret = { UPSTOX_CLIENT_SECRET_0: String(UPSTOX_CLIENT_SECRET_0) };
  const refused = await program.run(['init'], settings, lines(secret));
  expect(refused.code).toBe(3);
  expect(refused.err).toBe('UPSTOX_PIN in .env: should be the six-digit PIN\nNothing was written.\n');
  expect(readFileSync(envFile(program), 'utf8')).toBe(before);

  writeFileSync(envFile(program), before.replace('12 # wrong', String(UPSTOX_PIN)));
  // From the environment, this time.
  const added = await program.run(['init'], { ...settings, ...secret });
  expect(added.code).toBe(3);
  expect(added.out).toContain('Written to .env (mode 600): UPSTOX_CLIENT_SECRET_0.');
  expect(readFileSync(envFile(program), 'utf8')).toBe(
    `# mine\n${lines(others)}${lines({ UPSTOX_PIN: String(UPSTOX_PIN), ...secret })}`,
  );
  expect(modeOf(envFile(program))).toBe('600');
  const again = await program.run(['init'], settings);
  expect([again.code, again.out]).toEqual([3, expect.stringContaining('.env lacks nothing.')]);
  leaks([refused, added, again].map(({ out, err }) => out + err).join());
});

test('with --database the apps are sealed there, and one that is stored already is not changed', async () => {
  await using program = new Program(main);
  const { answers, settings } = split(1, NO_BROWSER);
  const first = await program.run(['init', '--database'], settings, lines(answers));
  expect([first.code, first.out]).toEqual([3, expect.stringContaining('sealed: PRIMARY.')]);
  const { UPSTOX_CLIENT_ID_0: _, UPSTOX_CLIENT_SECRET_0: __, ...login } = answers;
  const values = parseEnv(readFileSync(envFile(program), 'utf8'));
  expect(values).toEqual({ ...login, LOGIN_CONFIG_SOURCE: 'DATABASE' });

  const { answers: both } = split(2);
  const more = await program.run(['init'], settings, lines({ ...both, UPSTOX_CLIENT_ID_0: 'another' }));
  expect(more.out).toMatch(/sealed: WEBSOCKET1\.\nThere already, and not changed: PRIMARY/);
  const apis = await program.run(['apis', '--json'], { ...settings, ...values });
  expect(JSON.parse(apis.out)).toMatchObject([
    { apiName: 'PRIMARY', clientId: answers.UPSTOX_CLIENT_ID_0, source: 'DATABASE' },
    { apiName: 'WEBSOCKET1', clientId: both.UPSTOX_CLIENT_ID_1 },
  ]);
  leaks(first.out + first.err + more.out + more.err);
});

test('on a terminal each answer is judged where it is given, and secrets are shown as dots', async () => {
  await using program = new Program(main);
  const { answers, settings } = split(1, NO_BROWSER);
  const seen: string[] = [];
  using screen = new Screen({ columns: 100, rows: 50, directory: program.directory, env: settings });
  const answer = async (question: RegExp, text: string) => {
    await screen.sees(question);
    screen.type(text);
  };
  const begin = () => screen.type(`clear; ${process.execPath} ${main} init; echo "[$?]"`);
  begin();
  await screen.sees(/Mobile number/);
  screen.press('C-c');
  await screen.sees(/^Nothing was written\.\n\[1\]$/m);
  begin();
  await answer(/Mobile number/, '12345');
  await answer(/should be a ten-digit Indian mobile number/, '');
  for (let digit = 0; digit < 5; digit += 1) screen.press('BSpace');
  screen.type(String(answers.UPSTOX_MOBILE_NUMBER));
  await answer(/PIN of the login/, '7351');
  await answer(/should be the six-digit PIN/, String(answers.UPSTOX_PIN));
  await answer(/TOTP secret/, String(answers.UPSTOX_TOTP));
  await answer(/Redirect URI/, String(answers.UPSTOX_REDIRECT_URI));
  await screen.sees(/How many API apps/);
  screen.press('1');
  await answer(/API key .* for PRIMARY/, String(answers.UPSTOX_CLIENT_ID_0));
  await answer(/API secret .* for PRIMARY/, String(answers.UPSTOX_CLIENT_SECRET_0));
  seen.push(screen.text());
  await answer(/Notifier webhook/, '');
  await screen.sees(/^\[3\]$/m);
  seen.push(screen.text());
  expect(seen.join()).toContain('Next, once vega-auth doctor marks nothing with ✕:');
  expect(parseEnv(readFileSync(envFile(program), 'utf8'))).toEqual(answers);
  expect(seen.join()).not.toContain('7351');
  const { UPSTOX_PIN, UPSTOX_TOTP, UPSTOX_CLIENT_SECRET_0 } = answers;
  for (const secret of [UPSTOX_PIN, UPSTOX_TOTP, UPSTOX_CLIENT_SECRET_0])
    expect(seen.join()).not.toContain(secret);
});

test('on a terminal a sound account is asked whether the tokens are to be made by themselves', async () => {
  await using program = new Program(main);
  const { answers, settings } = split(1);
  using screen = new Screen({
    columns: 120,
    rows: 50,
    directory: program.directory,
    env: { ...settings, ...answers, UPSTOX_NOTIFIER_WEBHOOK_URI: 'https://desk.example/webhook' },
  });
  const begin = () => screen.type(`clear; ${process.execPath} ${main} init; echo "[$?]"`);
  begin();
  await screen.sees(/Make the tokens by themselves at 06:00 IST on every trading day/);
  screen.press('y');
  await screen.sees(/^\[0\]$/m);
  expect(screen.text()).toMatch(/on {2}06:00 IST plus up to 60 s, TRADING_DAYS, NSE BSE/);
  // Asked once.
  begin();
  await screen.sees(/lacks nothing[\s\S]*^\[0\]$/m);
  expect(screen.text()).not.toContain('Make the tokens by themselves');
});
