import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

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

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

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
process.stdout.write(`${''.padEnd(22)}   median     best    ratio   limit\n`);
for (const [name, values] of Object.entries(taken)) {
  const figures = [
    median(values).toFixed(0),
    Math.min(...values).toFixed(0),
    (median(values) / base).toFixed(2),
  ];
  const limit = LIMITS[name];
  const columns = [...figures, limit === undefined ? '' : limit.toFixed(1)].map((text) => text.padStart(9));
  process.stdout.write(`${name.padEnd(22)}${columns.join('')}\n`);
}
process.stdout.write(`\nthe very first start, with nothing kept compiled: ${first.toFixed(0)} ms\n`);
rmSync(folder, { recursive: true, force: true });
