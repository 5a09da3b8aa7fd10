import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fileErrorOf } from '../../src/cli/view/file-error.ts';
import { built } from '../support/built.ts';
import { Program } from '../support/program.ts';

/** What a start needs; no broker is asked here. */
const ACCOUNT = {
  UPSTOX_MOBILE_NUMBER: '9812345670',
  UPSTOX_PIN: '735219',
  UPSTOX_TOTP: 'DEMOVEGADEMOVEGADEMOVEGADEMOVEGA',
  UPSTOX_REDIRECT_URI: 'https://desk.example/redirect',
  UPSTOX_API_BASE_URL: 'http://127.0.0.1:1',
  UPSTOX_CLIENT_ID_0: 'mistakes-app',
  UPSTOX_CLIENT_SECRET_0: 'mistakes-secret-0',
  VEGA_PORT: '0',
};

let main: string;
beforeAll(async () => {
  main = await built('src/main.ts');
});

const ROOT = path.resolve(import.meta.dirname, '../..');

test('--version prints the version of the package, also beside a file that cannot be read', async () => {
  await using program = new Program(main);
  writeFileSync(path.join(program.directory, '.env'), Buffer.from([0xff, 0xfe, 0x00]));
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(await program.run(['--version'], {})).toEqual({ code: 0, out: `${version}\n`, err: '' });
  expect((await program.run(['--help'], {})).code).toBe(0);
  expect((await program.run(['status'], {})).err).toContain('not encoded in UTF-8');
});

test.each([
  ['statu', "unknown command 'statu'", 'Did you mean status?'],
  ['generat --all', "unknown command 'generat'", 'Did you mean generate?'],
  ['status --jsn', "unknown option '--jsn'", 'Did you mean --json?'],
  ['--mod auto', "unknown option '--mod'", 'Did you mean --mode?'],
  ['keys lis', "unknown command 'lis'", 'Did you mean list?'],
  ['keys creat feed --role SERVICE', "unknown command 'creat'", 'Did you mean create?'],
  ['statu --help', "unknown command 'statu'", 'Did you mean status?'],
  ['schedule sho --help', "unknown command 'sho'", 'Did you mean show?'],
  ['help statu', "unknown command 'statu'", 'Did you mean status?'],
  ['keys --jsn', "unknown option '--jsn'", 'Did you mean --json?'],
])('%s is refused, and what may be meant is named', async (line, mistake, meant) => {
  await using program = new Program(main);
  const { code, out, err } = await program.run(line.split(' '), {});
  expect([code, out]).toEqual([3, '']);
  expect(err).toContain(mistake);
  expect(err).toContain(meant);
});

test.each(['abc', '1h', '-5'])('--after %s is no number, and nothing is sent for it', async (after) => {
  await using program = new Program(main);
  const line = ['alerts', 'channels', 'add', 'NTFY', 'phone', '--after', after];
  const { code, out, err } = await program.run(line, {});
  expect([code, out]).toEqual([3, '']);
  expect(err).toContain(`argument '${after}' is invalid. It should be a whole number.`);
});

test.each([
  '',
  'status',
  'serve',
  'doctor',
  'generate',
  'login',
  'resume',
  'abort',
  'expiry',
  'audit',
  'watch',
  'accounts',
  'apis',
  'keys',
  'backup',
])('without any configuration `vega-auth %s` names `vega-auth init`', async (command) => {
  await using program = new Program(main);
  const { code, out, err } = await program.run(command.split(' ').filter(Boolean), { VEGA_PORT: '0' });
  expect(code).toBe(3);
  expect(out + err).toContain('`vega-auth init`');
  expect(out + err).not.toMatch(/^ +at /m);
});

test.each(['status', 'serve', 'doctor'])(
  'what the system refuses of a file is told in words to %s',
  async (command) => {
    await using program = new Program(main);
    writeFileSync(path.join(program.directory, '.vega'), 'no folder');
    const { code, out, err } = await program.run([command], ACCOUNT);
    expect(code).toBe(3);
    const said = (out + err).replaceAll(/\s+/g, ' ');
    expect(said).toMatch(/\S+\.vega cannot be used: a file is in its place \(mkdir EEXIST\)\./);
    expect(said).toContain('Move that file away, and run it again.');
  },
);

test.each([
  ['EACCES', 'this user may not'],
  ['EROFS', 'it can only be read'],
  ['ENOSPC', 'the disk is full'],
])('%s is told as what the person would call it', (code, reason) => {
  const error = Object.assign(new Error(code), { code, path: '/desk/.vega', syscall: 'mkdir' });
  expect(fileErrorOf(error)?.message).toBe(`/desk/.vega cannot be used: ${reason} (mkdir ${code}).`);
  expect(fileErrorOf(Object.assign(new Error(code), { code }))).toBeNull();
});

test('only for what it asks for `vega-auth init` is named, beside a mistake that it does not mend', async () => {
  await using program = new Program(main);
  const { err } = await program.run(['status'], { ...ACCOUNT, VEGA_LOG_LEVEL: 'loud' });
  expect(err).toContain('VEGA_LOG_LEVEL');
  expect(err).not.toContain('vega-auth init');
  expect(err).toContain('docs/operations.md lists every setting');
});

test.each([['restore'], ['report', '--backup', 'gone.db']])('%s needs no account', async (...line) => {
  await using program = new Program(main);
  const { code, err } = await program.run(line, {});
  expect([code, err]).toEqual([3, expect.not.stringContaining('UPSTOX_')]);
  expect(err).toMatch(/no (?:good )?backup|gone\.db/i);
});

test('a schedule that is set while no server runs says that nothing starts', async () => {
  await using program = new Program(main);
  const set = await program.run(['schedule', 'set'], ACCOUNT);
  expect([set.code, set.out]).toEqual([0, expect.stringContaining('unless `vega-auth serve` runs')]);
  const off = await program.run(['schedule', 'set', '--off'], ACCOUNT);
  expect(off.out).not.toContain('vega-auth serve');
});

test('help shows of a command what --help shows', async () => {
  await using program = new Program(main);
  for (const command of ['schedule', 'status', 'keys']) {
    const [help, option] = [
      await program.run(['help', command], {}),
      await program.run([command, '--help'], {}),
    ];
    expect(help).toEqual(option);
    expect([help.code, help.out]).toEqual([0, expect.stringContaining(`Usage: vega-auth ${command}`)]);
  }
  expect((await program.run(['help', 'schedule'], {})).out).toMatch(/^ {2}set /m);
  // What follows an option is no command.
  const after = await program.run(['schedule', '--account', 'UPSTOX_02', '--help'], {});
  expect([after.code, after.out]).toEqual([0, expect.stringContaining('Usage: vega-auth schedule')]);
});

test('how many entries of the audit are shown is said with --first or --limit', async () => {
  await using program = new Program(main);
  const { out } = await program.run(['audit', '--help'], {});
  expect(out).toMatch(/--first <number>/);
  expect(out).toMatch(/--limit <number>/);
});
