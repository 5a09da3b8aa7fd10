import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseTotpCommand } from '../src/domain/account/totp-command.ts';
import { OtpSource } from '../src/services/browser-login/otp-source.ts';
import { askTotpProgram } from '../src/services/browser-login/totp-program.ts';
import { openTestApp, type TestAppOptions, until } from './support/test-app.ts';

const PERIOD_MS = 30_000;
const never = new AbortController().signal;

const folder = (): string => {
  const made = mkdtempSync(path.join(tmpdir(), 'vega-otp-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

/** A program of the owner's: what it is asked for is written beside it. */
const program = (script: string, interpreter = '/bin/sh'): string => {
  const file = path.join(folder(), 'otp');
  writeFileSync(file, `#!${interpreter}\n${script}\n`);
  chmodSync(file, 0o700);
  return file;
};

const commandOf = (...words: readonly string[]) =>
  parseTotpCommand(JSON.stringify(words)) ?? expect.fail('it is a command');

const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  const { code, message } = error as { code: string; message: string };
  return `${code}: ${message}`;
};

/** How far the clock has to be put forward to stand at the beginning of a time step. */
const untilTimeStep = (): number => PERIOD_MS - (Date.now() % PERIOD_MS);

/** A broker and a desk whose clock stands at the beginning of a time step, so that nobody waits for one. */
const openDesk = (
  command: readonly string[],
  options: TestAppOptions = {},
  offset: number = untilTimeStep(),
) => {
  const now = () => Date.now() + offset;
  return openTestApp({
    apis: 1,
    clock: () => new Date(now()),
    ...options,
    simulator: { now, account: { totpPeriodSeconds: PERIOD_MS / 1000 }, knobs: { totpPastSteps: 1 } },
    env: { UPSTOX_TOTP: '', UPSTOX_TOTP_COMMAND: JSON.stringify(command), ...options.env },
  });
};

/** Prints the code of a secret and a moment, and notes that it was asked; RFC 6238 by hand. */
const AUTHENTICATOR = `
const { createHmac } = require('node:crypto');
const { appendFileSync } = require('node:fs');
const [secret, log, offset] = process.argv.slice(2);
appendFileSync(log, JSON.stringify(Object.keys(process.env).sort()) + '\\n');
const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
const step = Buffer.alloc(8);
step.writeBigUInt64BE(BigInt(Math.floor((Date.now() + Number(offset)) / 30000)));
const hash = createHmac('sha1', key).update(step).digest();
const code = (hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1000000;
process.stderr.write('the vault says hello ' + secret + '\\n');
process.stdout.write(String(code).padStart(6, '0') + '\\n');
`;

test('a login takes its code from the program, asked once, with nothing but PATH, HOME and LANG', async () => {
  const file = program(AUTHENTICATOR, process.execPath);
  const log = path.join(path.dirname(file), 'asked.log');
  const secret = 'DEMOVEGADEMOVEGADEMOVEGADEMOVEGA';
  const offset = untilTimeStep();
  await using desk = await openDesk([file, secret, log, String(offset)], {}, offset);
  desk.guard('the secret of the program', secret);
  expect(await desk.generate('mode: ALL')).toMatchObject({ status: 'COMPLETED' });
  const asked = readFileSync(log, 'utf8').trim().split('\n');
  expect(asked).toHaveLength(1);
  expect(['HOME', 'LANG', 'PATH']).toEqual(expect.arrayContaining(JSON.parse(asked[0] ?? '')));
  expect(desk.broker.log.filter(({ kind }) => kind === 'OTP_VERIFY')).toHaveLength(1);
});

test('a program that fails ends the run before anything was submitted', async () => {
  const file = program('echo 123456\necho the-vault-is-locked >&2\nexit 3');
  await using desk = await openDesk([file]);
  desk.guard('what the program says', 'the-vault-is-locked');
  desk.guard('what it prints', '123456');
  const { status, steps } = await desk.generate('mode: ALL');
  expect([status, steps[0].failure]).toEqual([
    'STOPPED',
    {
      code: 'TOTP_COMMAND_FAILED',
      message: 'The program of UPSTOX_TOTP_COMMAND ended with 3.',
      nextAction: expect.stringContaining('no code was submitted'),
      submitted: [],
    },
  ]);
  expect(desk.broker.log.filter(({ kind }) => kind.startsWith('OTP_'))).toEqual([]);
  expect(desk.rows("select * from vega_login_attempts where kind = 'TIME_STEP'")).toEqual([]);
});

test('a program that is not there is found by doctor, and before anything is submitted', async () => {
  const missing = path.join(folder(), 'nobody');
  await using desk = await openDesk([missing, 'argument-7351']);
  desk.guard('an argument', 'argument-7351');
  const { data } = await desk.ask('{ systemHealth { config findings { component message nextAction } } }');
  expect(data.systemHealth.config).toBe('DOWN');
  expect(data.systemHealth.findings).toContainEqual({
    component: 'CONFIG',
    message: 'UPSTOX_01: the program of UPSTOX_TOTP_COMMAND is not there, or cannot be executed.',
    nextAction: 'Write its whole path, and let the user of vega-auth execute it.',
  });
  const { steps } = await desk.generate('mode: ALL');
  expect([steps[0].failure.code, steps[0].failure.submitted]).toEqual(['TOTP_COMMAND_FAILED', []]);
});

test('doctor does not run the program', async () => {
  const ran = path.join(folder(), 'ran');
  await using desk = await openDesk([program(`touch "${ran}"; echo 123456`)]);
  const { data } = await desk.ask('{ systemHealth { config } }');
  expect(data.systemHealth.config).toBe('OK');
  expect(() => readFileSync(ran)).toThrow('ENOENT');
});

test.each([
  ['ends with 1', 'echo 123456; exit 1', 'ended with 1'],
  ['prints too few digits', 'echo 12345', 'printed something else than six digits'],
  ['prints a sentence', 'echo your code is 123456', 'printed something else than six digits'],
  ['prints two codes', 'echo 123456; echo 654321', 'printed something else than six digits'],
  ['prints without end', 'while :; do echo 123456; done', 'printed more than a code'],
  ['does not answer', 'sleep 600', 'gave no code within 0.5 s'],
  ['leaves a child behind', 'sleep 600 & echo 123456', 'gave no code within 0.5 s'],
])('a program that %s gives no code', async (_what, script, expected) => {
  const asked = askTotpProgram(commandOf(program(script)), never, 500);
  expect(await failureOf(asked)).toBe(`TOTP_COMMAND_FAILED: The program of UPSTOX_TOTP_COMMAND ${expected}.`);
});

test('what the arguments hold is no word of a shell', async () => {
  const file = program(
    '[ "$#" = 2 ] && [ "$1" = "a b; echo 111111" ] && [ "$2" = "\\$HOME" ] && echo 654321',
  );
  const code = await askTotpProgram(commandOf(file, 'a b; echo 111111', '$HOME'), never);
  expect(code.reveal()).toBe('654321');
});

test('an abort ends the program and everything that it has started', async () => {
  const file = program('sleep 600 & echo $! > "$(dirname "$0")/child"; wait');
  const child = path.join(path.dirname(file), 'child');
  const abort = new AbortController();
  const failed = failureOf(askTotpProgram(commandOf(file), abort.signal));
  const pid = () => Number(readFileSync(child, 'utf8'));
  await until('the program has started its child', () => {
    try {
      return pid() > 0;
    } catch {
      return false;
    }
  });
  abort.abort();
  expect(await failed).toContain('ABORTED');
  await until('the child has ended', () => {
    try {
      process.kill(pid(), 0);
      return readFileSync(`/proc/${pid()}/stat`, 'utf8').includes(') Z ');
    } catch {
      return true;
    }
  });
});

test('a program is asked once in a time step, and a code that was submitted is not taken again', async () => {
  const file = program('echo asked >> "$(dirname "$0")/asked"; cat "$(dirname "$0")/code"');
  const beside = (name: string) => path.join(path.dirname(file), name);
  const asked = () => readFileSync(beside('asked'), 'utf8').trim().split('\n').length;
  writeFileSync(beside('code'), '111111\n');
  const submitted: string[] = [];
  const open = () => new OtpSource(commandOf(file), async (code) => submitted.includes(code.reveal()));
  const first = open();
  expect([first.minimumRestMs(7), await first.prepare(7, never), first.minimumRestMs(7)]).toEqual([
    ...[13_000, true, 3000],
  ]);
  expect(await first.prepare(7, never)).toBe(true);
  expect(asked()).toBe(1);
  expect(first.codeOf(8)).toBeNull();
  await first.prepare(8, never);
  expect(first.codeOf(8)?.reveal()).toBe('111111');
  submitted.push('111111');

  const second = open();
  expect(await second.prepare(9, never)).toBe(false);
  writeFileSync(beside('code'), '222222\n');
  expect(await second.prepare(10, never)).toBe(true);
  expect(second.codeOf(10)?.reveal()).toBe('222222');
  second.refuse(10);
  expect([second.codeOf(10), await second.prepare(10, never)]).toEqual([null, false]);
  submitted.push('222222');

  const third = open();
  expect([await third.prepare(11, never), await third.prepare(12, never)]).toEqual([false, false]);
  expect(await failureOf(third.prepare(13, never))).toBe(
    'TOTP_COMMAND_FAILED: The program of UPSTOX_TOTP_COMMAND goes on printing a code that was submitted already.',
  );
});
