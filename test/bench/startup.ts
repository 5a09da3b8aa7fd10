import './bench-folder.ts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack } from '../support/packed.ts';
import { atMost, machine, median, tell } from './ratios.ts';

/**
 * How long a command of the packed program takes from its start to its end, beside a Node that does nothing. On a busy
 * machine trust the ratios.
 */
const ROUNDS = 15;
const NOWHERE = 'http://127.0.0.1:9';

const packed = await pack();
const main = path.join(packed.folder, 'dist/main.js');

const env = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: tmpdir(),
  UPSTOX_MOBILE_NUMBER: '9000000001',
  UPSTOX_PIN: '123456',
  UPSTOX_TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  UPSTOX_REDIRECT_URI: `${NOWHERE}/redirect`,
  UPSTOX_API_BASE_URL: NOWHERE,
  ...Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [
      [`UPSTOX_CLIENT_ID_${index}`, `client-${index}`],
      [`UPSTOX_CLIENT_SECRET_${index}`, `secret-${index}`],
    ]).flat(),
  ),
};

/** Where a command runs: a folder, and the port on which it looks for a server. */
interface Place {
  readonly folder: string;
  readonly port: string;
}

const folder = (): string => mkdtempSync(path.join(tmpdir(), 'vega-startup-'));

const openServer = async (): Promise<Place & Disposable> => {
  const cwd = folder();
  const server = spawn(process.execPath, [main, 'serve'], { cwd, env: { ...env, VEGA_PORT: '0' } });
  server.stdout.setEncoding('utf8');
  let said = '';
  let port: string | undefined;
  while (port === undefined) {
    [said] = [said + (await once(server.stdout, 'data'))];
    port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
  }
  server.stdout.resume();
  server.stderr.resume();
  return { folder: cwd, port, [Symbol.dispose]: () => void server.kill() };
};

using server = await openServer();
const nowhere: Place = { folder: folder(), port: '9' };

interface Candidate {
  readonly args: readonly string[];
  readonly place: Place;
  /** What it has to say on standard error. */
  readonly says: string;
  /** Times as long as `node -e 0`. */
  readonly limit: number;
}

const status = [main, 'status', '--json'];
const CANDIDATES: Readonly<Record<string, Candidate>> = {
  'node -e 0': { args: ['-e', '0'], place: nowhere, says: '', limit: 1 },
  '--help': { args: [main, '--help'], place: nowhere, says: '', limit: 2 },
  'status --json, by a server': { args: status, place: server, says: 'through the server', limit: 4 },
  'status --json, in process': { args: status, place: nowhere, says: 'in this process', limit: 10 },
};

const milliseconds = ({ args, place, says }: Candidate): number => {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: place.folder,
    env: { ...env, VEGA_PORT: place.port },
    encoding: 'utf8',
  });
  const taken = performance.now() - begun;
  if ((status !== 0 && status !== 1) || !stderr.includes(says)) throw new Error(stderr);
  return taken;
};

const taken = Object.fromEntries(Object.keys(CANDIDATES).map((name) => [name, [] as number[]]));
for (const candidate of Object.values(CANDIDATES)) milliseconds(candidate);
// In turns, so that a busy minute of the machine falls on all of them.
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, candidate] of Object.entries(CANDIDATES)) taken[name]?.push(milliseconds(candidate));

const base = median(taken['node -e 0'] ?? []);
const ratioOf = (name: string): number => median(taken[name] ?? []) / base;
const lines = Object.entries(taken).map(([name, values]) => {
  const figures = [median(values).toFixed(0), Math.min(...values).toFixed(0), ratioOf(name).toFixed(2)];
  return `${name.padEnd(28)}${figures.map((text) => text.padStart(9)).join('')}`;
});
tell(
  [machine(), `${''.padEnd(28)}   median     best    ratio`, ...lines],
  Object.entries(CANDIDATES)
    .filter(([, { limit }]) => limit > 1)
    .map(([name, { limit }]) => atMost(`${name} : node -e 0`, ratioOf(name), limit)),
);
