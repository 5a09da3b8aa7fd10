import './bench-folder.ts';
import { spawn } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { holdLock } from '../db/temporary-database.ts';
import { openTestApp, settle, type TestApp } from '../support/test-app.ts';
import { atMost, machine, tell } from './ratios.ts';

/** What a lock of another program costs whoever reads: latencies of `authState` over HTTP, and the lag of the event loop. */
const REQUESTS = 1500;
const [MAX_RATIO, MAX_LAG_MS] = [2, 50];

/** Asks from a process of its own, so that its work does not count as the server's lag. */
const CLIENT = `
  const { Agent, request } = require('node:http');
  const [url, key, count] = process.argv.slice(1);
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({ query: '{ authState { state primaryPresent blockedBy cooldown { active } } }' });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + key, 'content-length': body.length };
  const ask = () => new Promise((resolve, reject) => {
    const start = performance.now();
    const sent = request(url + '/graphql', { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(performance.now() - start));
    });
    sent.on('error', reject);
    sent.end(body);
  });
  (async () => {
    for (let warm = 0; warm < 200; warm += 1) await ask();
    const taken = [];
    for (let number = 0; number < Number(count); number += 1) taken.push(await ask());
    process.stdout.write(JSON.stringify(taken));
    agent.destroy();
  })();`;

interface Measured {
  readonly median: number;
  readonly p99: number;
  readonly lag: number;
}

const measure = async (testApp: TestApp): Promise<Measured> => {
  const { audit } = testApp.app.parts;
  const loop = monitorEventLoopDelay({ resolution: 2 });
  const client = spawn(process.execPath, [
    '-e',
    CLIENT,
    testApp.url,
    testApp.app.operatorKey,
    String(REQUESTS),
  ]);
  let said = '';
  client.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise((resolve) => client.once('exit', resolve));
  loop.enable();
  // Somebody writes all the time: a run writes about twice a second.
  const writing = setInterval(() => void audit.record('SESSION_OPENED', {}), 100);
  await ended;
  clearInterval(writing);
  loop.disable();
  const taken = (JSON.parse(said) as number[]).sort((one, other) => one - other);
  const at = (part: number) => taken[Math.floor(taken.length * part)] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99), lag: loop.max / 1e6 };
};

const show = (name: string, { median, p99, lag }: Measured): string => {
  const figures = [median, p99, lag].map((value) => value.toFixed(1).padStart(9));
  return `${name.padEnd(26)}${figures.join('')}`;
};

await using testApp = await openTestApp({ env: { VEGA_LOG_LEVEL: 'silent' } });
await testApp.app.services.backUp();
const free = await measure(testApp);
const other = await holdLock(testApp.app.parts.database.path);
await settle(500);
const locked = await measure(testApp);
const recovery = monitorEventLoopDelay({ resolution: 2 });
recovery.enable();
const { pendingWrites } = testApp.app.parts.database.recovery;
await other.release();
while (testApp.app.parts.database.trouble !== null) await settle(10);
recovery.disable();
tell(
  [
    machine(),
    `${''.padEnd(26)}   median      p99  max lag   (ms)`,
    show('unlocked', free),
    show('locked by another program', locked),
  ],
  [
    atMost('p99 locked : unlocked', locked.p99 / free.p99, MAX_RATIO),
    atMost('lag while locked, ms', locked.lag, MAX_LAG_MS),
    atMost(`lag while ${pendingWrites} writes are made up for, ms`, recovery.max / 1e6, MAX_LAG_MS),
  ],
);
