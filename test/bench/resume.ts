import './bench-folder.ts';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openBroker, openTestApp, settle, type TestApp, until } from '../support/test-app.ts';
import { atMost, machine, tell } from './ratios.ts';

/**
 * What a restart looks like to the server: everybody comes back at once with the last id, and is so many events behind.
 * The floor is the same readers one after the other.
 */
const READERS = 1000;
const BEHIND = 500;
const [MAX_LAG_MS, MAX_RATIO] = [50, 3];
const IDLE_MS = 3000;

/** Reads from a process of its own, `width` readers at a time, byte by byte and without a client library. */
const CLIENT = `
  const { connect } = require('node:net');
  const [port, key, after, count, width, expected] = process.argv.slice(1);
  const body = JSON.stringify({
    query: 'subscription ($after: ID) { events(after: $after) { id at ... on TokenProgressEvent { progress { runId generated total missing } } } }',
    variables: { after },
  });
  const head = 'POST /graphql HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nAuthorization: Bearer ' + key
    + '\\r\\nAccept: text/event-stream\\r\\nContent-Type: application/json\\r\\nContent-Length: ' + body.length + '\\r\\n\\r\\n';
  const read = () => new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(head + body));
    let [seen, rest] = [0, ''];
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed after ' + seen)));
    socket.on('data', (chunk) => {
      const parts = (rest + chunk.toString('latin1')).split('event: next');
      rest = parts.pop().slice(-10);
      seen += parts.length;
      if (seen < Number(expected)) return;
      resolve();
      socket.removeAllListeners('close');
      socket.destroy();
    });
  });
  (async () => {
    const begun = performance.now();
    let left = Number(count);
    const work = async () => { while (left-- > 0) await read(); };
    await Promise.all(Array.from({ length: Number(width) }, work));
    process.stdout.write(String(performance.now() - begun));
    process.exit();
  })();`;

interface Measured {
  readonly ms: number;
  /** Of the server's event loop. */
  readonly p99: number;
  readonly longest: number;
}

const measure = async (testApp: TestApp, width: number): Promise<Measured> => {
  const loop = monitorEventLoopDelay({ resolution: 2 });
  loop.enable();
  const after = testApp.app.services.events.lastId - BEHIND;
  const args = [new URL(testApp.url).port, testApp.app.operatorKey, after, READERS, width, BEHIND];
  const client = spawn(process.execPath, ['-e', CLIENT, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  client.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => client.once('close', resolve));
  loop.disable();
  if (code !== 0) throw new Error('The readers did not get everything.');
  return { ms: Number(said), p99: loop.percentile(99) / 1e6, longest: loop.max / 1e6 };
};

const directory = mkdtempSync(path.join(tmpdir(), 'vega-resume-'));
await using broker = await openBroker();
const env = { VEGA_LOG_LEVEL: 'error' };

/** Started anew, so that the history lies in the database alone. */
const measureAfterRestart = async (width: number): Promise<Measured> => {
  await using testApp = await openTestApp({ apis: 1, directory, broker, env });
  return await measure(testApp, width);
};

/** What the machine itself delays a loop by that has nothing to do. */
const measureIdle = async (): Promise<number> => {
  const loop = monitorEventLoopDelay({ resolution: 2 });
  loop.enable();
  await settle(IDLE_MS);
  loop.disable();
  return loop.percentile(99) / 1e6;
};

{
  await using testApp = await openTestApp({ apis: 1, directory, broker, env });
  const { events } = testApp.app.services;
  const missing = ['OPTIONCHAIN1', 'OPTIONCHAIN2', 'WEBSOCKET3'] as const;
  for (let generated = 0; generated < BEHIND * 2; generated += 1)
    events.publish('UPSTOX_01', {
      kind: 'TOKEN_PROGRESS',
      progress: {
        runId: 'r',
        total: 6,
        generated,
        runTotal: 6,
        runGenerated: 0,
        missing,
        current: null,
        step: null,
      },
    });
  await until('them to be kept', () => events.lastId >= BEHIND * 2);
}
const idle = await measureIdle();
const single = await measureAfterRestart(1);
const storm = await measureAfterRestart(READERS);
const row = (what: string, { ms, p99, longest }: Measured) =>
  `${what.padEnd(30)}${ms.toFixed(0).padStart(9)} ms${p99.toFixed(1).padStart(9)} ms${longest.toFixed(1).padStart(9)} ms`;
tell(
  [
    machine(),
    `${READERS} readers that are ${BEHIND} events behind.`,
    `${''.padEnd(30)}${'all'.padStart(9)}   ${'lag p99'.padStart(9)}   ${'longest'.padStart(9)}`,
    `${'nobody'.padEnd(42)}${idle.toFixed(1).padStart(9)} ms`,
    row('one after the other', single),
    row('all at once', storm),
  ],
  [
    atMost('all at once : one after the other', storm.ms / single.ms, MAX_RATIO),
    atMost('lag of the event loop, p99, ms over that of an idle one', storm.p99 - idle, MAX_LAG_MS),
  ],
);
