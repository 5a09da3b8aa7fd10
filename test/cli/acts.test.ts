import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/command.ts';
import { AUTH_PHASES } from '../../src/domain/auth/auth-phase.ts';
import { openTwoLogins, SECOND, TOTP_LINK } from '../accounts/two-logins.ts';
import { built } from '../support/built.ts';
import { plantToken } from '../support/plant.ts';
import { Program } from '../support/program.ts';
import { Screen } from '../support/screen.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

let main: string;
let testApp: TestApp;
let broker: Awaited<ReturnType<typeof openTwoLogins>>;
beforeAll(async () => {
  main = await built('src/main.ts');
  broker = await openTwoLogins();
  testApp = await openTestApp({ apis: 2, broker });
});
afterAll(async () => {
  await testApp[Symbol.asyncDispose]();
  await broker[Symbol.asyncDispose]();
});

const environment = (): Record<string, string> => ({
  VEGA_PORT: new URL(testApp.url).port,
  VEGA_OPERATOR_KEY: testApp.app.operatorKey,
});

const open = (columns: number): Screen =>
  new Screen({ columns, rows: 60, directory: testApp.directory, env: environment() });

const vega = (command: string): string => `${process.execPath} ${main} ${command}`;

/** Runs a command to its end and holds it against the width of the screen. */
const see = async (screen: Screen, columns: number, command: string): Promise<string> => {
  const seen = await screen.run(vega(command));
  expect(seen.split('\n').filter((line) => line.length > columns)).toEqual([]);
  return seen;
};

test.each([80, 120])(
  'tokens, keys, accounts and apps are seen to on a terminal of %i columns',
  async (columns) => {
    using screen = open(columns);
    const say = (command: string) => see(screen, columns, command);
    expect(await say('generate WEBSOCKET1 --replace-valid')).toMatch(/WEBSOCKET1 +DONE[\s\S]*\[exit 0\]/);
    expect(await say('resume')).toMatch(/\[exit 0\]/);
    expect(await say('status')).toMatch(/Valid Tokens {4}: 2/);

    const created = await say(`keys create feed-${columns} WEBSOCKET1 --role SERVICE`);
    const key = /vega_service_[\w-]+/.exec(created)?.[0] ?? '';
    testApp.guard('key of the command line', key);
    const id = /key_[0-9a-f]+/.exec(created)?.[0] ?? '';
    expect([key, id]).not.toContain('');
    expect(await say('keys list')).toContain(`feed-${columns}`);
    expect(await say(`keys revoke ${id}`)).toContain('opens nothing any more');
    const link = /^http\S+$/m.exec(await say('keys link'))?.[0] ?? '';
    const entered = await fetch(link);
    expect([entered.status, entered.headers.get('set-cookie')]).toEqual([200, expect.any(String)]);

    expect(await say('accounts list')).toContain('UPSTOX_01');
  },
  90_000,
);

test('what is wrong is refused in words, what is right is done', async () => {
  using screen = open(80);
  const say = (command: string) => see(screen, 80, command);
  expect(await say('apis disable WEBSOCKET1')).toMatch(/in the environment|ENV/);
  expect(await say('accounts rename UPSTOX_01 "The desk"')).toContain('The desk');
  expect(await say('accounts switch UPSTOX_07')).toMatch(/no account UPSTOX_07[\s\S]*\[exit 3\]/);
  expect(await say('backup')).toMatch(/Backup \S+ made[\s\S]*\[exit 0\]/);
});

test('an account is added with what is typed unseen, and removed', async () => {
  using screen = open(100);
  screen.type(`clear; ${vega('accounts add --id SECOND --redirect-uri http://127.0.0.1/second')}`);
  await screen.sees(/Mobile number/);
  const { mobileNumber, pin } = SECOND.account;
  for (const [question, answer] of [
    [/Mobile number/, mobileNumber],
    [/Six-digit PIN/, pin],
    [/TOTP secret/, TOTP_LINK],
  ] as const) {
    await screen.sees(question);
    screen.type(answer);
  }
  await screen.sees(/SECOND is added[\s\S]*\n\$$/);
  for (const secret of [mobileNumber, pin, SECOND.account.totpSecret])
    expect(screen.text()).not.toContain(secret);
  expect((await testApp.client.accounts()).map(({ id }) => id)).toContain('SECOND');
  expect(await screen.run(vega('accounts remove SECOND --yes'))).toContain('[exit 0]');
  expect((await testApp.client.accounts()).map(({ id }) => id)).not.toContain('SECOND');
});

test('secrets come through a pipe, too, and an answer that is wrong changes nothing', async () => {
  await using program = new Program(main);
  const { mobileNumber, pin } = SECOND.account;
  const add = (text: string) =>
    program.run(
      ['accounts', 'add', '--id', 'PIPED', '--redirect-uri', 'http://127.0.0.1/x'],
      environment(),
      text,
    );
  const wrong = await add(`MOBILE_NUMBER=${mobileNumber}\nPIN=12\nTOTP=${TOTP_LINK}\n`);
  expect([wrong.code, wrong.out + wrong.err]).toEqual([3, expect.stringMatching(/pin/i)]);
  expect((await testApp.client.accounts()).map(({ id }) => id)).not.toContain('PIPED');
  const right = await add(`MOBILE_NUMBER=${mobileNumber}\nPIN=${pin}\nTOTP=${TOTP_LINK}\n`);
  expect([right.code, right.err]).toEqual([0, expect.any(String)]);
  expect(right.out + right.err).not.toContain(pin);
  expect((await program.run(['accounts', 'remove', 'PIPED', '--yes'], environment())).code).toBe(0);
});

test('the master key is rotated, and a backup that it opens is made', async () => {
  await using program = new Program(main);
  const { code, out } = await program.run(['keys', 'rotate-master'], environment());
  expect([code, out]).toEqual([0, expect.stringContaining('sealed with the new master key')]);
  const kinds = testApp.rows('select kind from vega_audit_entries order by sequence desc limit 2');
  expect(kinds.map(({ kind }) => kind)).toEqual(['BACKUP_MADE', 'MASTER_KEY_ROTATED']);
  // A file where the folder of the backups should be.
  const backups = path.join(testApp.directory, '.vega', 'backups');
  renameSync(backups, `${backups}.aside`);
  writeFileSync(backups, '');
  const without = await program.run(['keys', 'rotate-master'], environment());
  rmSync(backups);
  renameSync(`${backups}.aside`, backups);
  expect([without.code, without.out]).toEqual([0, expect.stringContaining('could not be made')]);
});

/** A line that tells how the account stands, after which whatever happens is shown. */
const STATE = new RegExp(`\\b(${AUTH_PHASES.join('|')})\\b`);

test('watch shows what happens, a line each, as text and as JSON, until Ctrl-C', async () => {
  await using text = new Program(main);
  await using json = new Program(main);
  text.start(['watch'], environment());
  json.start(['watch', '--json'], environment());
  await until('both to watch', () => STATE.test(text.said) && json.said.includes('AuthStateEvent'));
  plantToken(testApp, 'PRIMARY');
  await testApp.client.createAccessKey({ input: { name: 'seen by watch', role: 'VIEWER' } });
  await until('the entry', () => [text, json].every(({ said }) => said.includes('seen by watch')));
  for (const program of [text, json]) program.stop();
  expect([await text.exitCode(), await json.exitCode()]).toEqual([0, 0]);
  const lines = json.said.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.map((line) => typeof JSON.parse(line).__typename)).toEqual(lines.map(() => 'string'));
});

test('bash completes commands, options and names', async () => {
  using screen = open(100);
  screen.type(`clear; vega-auth() { ${vega('"$@"')}; }; source <(vega-auth completion bash)`);
  await screen.sees(/\n?\$ ?$/);
  screen.press('-l', 'vega-auth gener');
  screen.press('Tab');
  await screen.sees(/vega-auth generate/);
  screen.press('-l', 'OPTIONCHAIN');
  screen.press('Tab', 'Tab');
  await screen.sees(/OPTIONCHAIN1 +OPTIONCHAIN2/);
  screen.press('C-c');
});

test('a second Ctrl-C ends at once', async () => {
  await using program = new Program(main);
  program.start(['watch'], environment());
  await until('it to watch', () => program.said.length > 0);
  // Two signals: of the same one the system may deliver a second only after the first was handled, or never. The
  // program stands still meanwhile: an orderly end may else be over before the second one comes.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) program.stop(signal);
  expect(await program.exitCode()).toBe(EXIT.INTERRUPTED);
});

test('a test alert that is not delivered ends with 1, and says why', async () => {
  const { channel } = await testApp.client.saveAlertChannel({
    input: { name: 'phone', kind: 'NTFY', url: 'https://nowhere.invalid/topic' },
  });
  await using program = new Program(main);
  const { code, out } = await program.run(['alerts', 'test', channel.id], environment());
  expect([code, out]).toEqual([EXIT.SOME_MISSING, expect.stringMatching(/^Not delivered: \w+\.\n$/)]);
});
