import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { violationsIn } from '../support/broker-invariants.ts';
import { Cluster } from '../support/cluster.ts';
import { until } from '../support/test-app.ts';

/** Prints the present code of its secret; while there is a file `stale`, the one that it has printed first. */
const PROGRAM = `#!${process.execPath}
const { createHmac } = require('node:crypto');
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const [secret, folder] = process.argv.slice(2);
const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
const step = Buffer.alloc(8);
step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
const hash = createHmac('sha1', key).update(step).digest();
const code = String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
const isFrozen = existsSync(folder + '/stale') && existsSync(folder + '/printed');
const printed = isFrozen ? readFileSync(folder + '/printed', 'utf8').split('\\n')[0] : code;
appendFileSync(folder + '/printed', printed + '\\n');
process.stdout.write(printed);
`;

const openProgram = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vega-totp-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const beside = (name: string) => path.join(folder, name);
  writeFileSync(beside('program'), PROGRAM);
  chmodSync(beside('program'), 0o700);
  writeFileSync(beside('stale'), '');
  return {
    command: (secret: string) => JSON.stringify([beside('program'), secret, folder]),
    printed: (): readonly string[] =>
      existsSync(beside('printed')) ? readFileSync(beside('printed'), 'utf8').trim().split('\n') : [],
    wake: () => rmSync(beside('stale')),
  };
};

test('a code that a program prints to two workers is submitted by one of them', {
  timeout: 300_000,
}, async () => {
  const program = openProgram();
  const totpSecret = 'DEMOVEGADEMOVEGADEMOVEGADEMOVEGA';
  await using cluster = await Cluster.open({
    ...{ apis: 1, leaseMs: 20_000 },
    simulator: { account: { totpSecret, totpPeriodSeconds: 30 }, knobs: { totpPastSteps: 5 } },
    env: { UPSTOX_TOTP: '', UPSTOX_TOTP_COMMAND: program.command(totpSecret) },
  });
  const { node } = cluster;
  const first = await cluster.worker({ at: 'PIN_RECORDED' });
  const id = await cluster.start();
  await until('its death', () => first.hasEnded);
  await cluster.worker();
  const seen = (wanted: string) => node.broker.log.filter(({ kind }) => kind === wanted).length;
  // Before its own OTP request it only tries the program out.
  await until('the other login', () => seen('OTP_GENERATE') === 2, 120_000);
  const before = program.printed().length;
  const isAsked = () => program.printed().length > before || seen('OTP_VERIFY') > 1;
  await until('the old code', isAsked, 120_000);
  program.wake();
  expect(await cluster.ended(id)).toBe('COMPLETED');
  expect(violationsIn(node.broker.log, { cooldownMs: 0 })).toEqual([]);
  expect(seen('OTP_VERIFY')).toBe(2);
  const ledger = JSON.stringify(node.rows('select * from vega_login_attempts'));
  for (const code of program.printed()) expect(ledger).not.toMatch(new RegExp(`\\b${code}\\b`));
});
