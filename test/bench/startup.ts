import './bench-folder.ts';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atMost, machine, median, tell } from './ratios.ts';

/**
 * How long a command takes from the start to its end, beside a Node that does nothing: the built program, with what it
 * has kept compiled, and the same sources through tsx. `npm run build` comes first. On a busy machine trust the ratios.
 */
const ROOT = path.resolve(import.meta.dirname, '../..');
const BUILT = path.join(ROOT, 'dist/main.cjs');
const ROUNDS = 15;
const LIMITS: Readonly<Record<string, number>> = { '--help': 2, 'status --json': 4 };

const NOWHERE = 'http://127.0.0.1:9';
const folder = mkdtempSync(path.join(tmpdir(), 'vega-startup-'));
const env = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  XDG_CACHE_HOME: folder,
  UPSTOX_MOBILE_NUMBER: '9000000001',
  UPSTOX_PIN: '123456',
  UPSTOX_TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  UPSTOX_REDIRECT_URI: `${NOWHERE}/redirect`,
  UPSTOX_API_BASE_URL: NOWHERE,
  VEGA_PORT: '9',
  ...Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [
      [`UPSTOX_CLIENT_ID_${index}`, `client-${index}`],
      [`UPSTOX_CLIENT_SECRET_${index}`, `secret-${index}`],
    ]).flat(),
  ),
};

const milliseconds = (args: readonly string[]): number => {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(stderr);
  return performance.now() - begun;
};

const TSX = import.meta.resolve('tsx');
const candidates: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  '--help': [BUILT, '--help'],
  'status --json': [BUILT, 'status', '--json'],
  'tsx --help': ['--import', TSX, path.join(ROOT, 'src/main.ts'), '--help'],
  'tsx status --json': ['--import', TSX, path.join(ROOT, 'src/main.ts'), 'status', '--json'],
};

execFileSync(path.join(ROOT, 'node_modules/.bin/tsdown'), { cwd: ROOT, stdio: 'ignore' });
const taken = Object.fromEntries(Object.keys(candidates).map((name) => [name, [] as number[]]));
const first = milliseconds(candidates['status --json'] ?? []);
for (const args of Object.values(candidates)) milliseconds(args);
// In turns, so that a busy minute of the machine falls on all of them.
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, args] of Object.entries(candidates)) taken[name]?.push(milliseconds(args));

const base = median(taken['node -e 0'] ?? []);
const ratioOf = (name: string): number => median(taken[name] ?? []) / base;
const lines = Object.entries(taken).map(([name, values]) => {
  const figures = [median(values).toFixed(0), Math.min(...values).toFixed(0), ratioOf(name).toFixed(2)];
  return `${name.padEnd(22)}${figures.map((text) => text.padStart(9)).join('')}`;
});
tell(
  [
    machine(),
    `${''.padEnd(22)}   median     best    ratio`,
    ...lines,
    `the very first start, with nothing kept compiled: ${first.toFixed(0)} ms`,
  ],
  Object.entries(LIMITS).map(([name, limit]) => atMost(`${name} : node -e 0`, ratioOf(name), limit)),
);
rmSync(folder, { recursive: true, force: true });
