import '../bench-folder.ts';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { PostgresServer } from '../../support/postgres.ts';
import { atMost, machine, median, tell } from '../ratios.ts';
import { storeAccounts } from './model/many-accounts.ts';
import type { FromModel } from './model/messages.ts';
import { openModelApp } from './model/open-model-app.ts';
import { startTimedBroker } from './model/timed-broker.ts';

/**
 * One morning of many accounts: all schedules are due in the same minute, a server starts their runs, and workers execute them
 * with a browser each. The logins are timed stand-ins; scheduler, forecasts, queue, leases, ledger, audit, exchange and storing
 * are the program's, on a real PostgreSQL. The bound is what the workers would need for the logins alone.
 */
const ACCOUNTS = Number(process.env.ACCOUNTS ?? 1000);
const WORKERS = Number(process.env.WORKERS ?? 8);
const MEDIAN_MS = Number(process.env.MEDIAN_MS ?? 6000);
const MOST_APIS = Number(process.env.MOST_APIS ?? 1);
const SEED = 20_260_309;
const MINUTE_MS = 60_000;
const IST_MS = 5.5 * 3_600_000;
/** Waiting for the minute in which the schedules are due. */
const LEAST_NOTICE_MS = 2000;
const LOOK_MS = 250;
/** A share of the workers' time that is theirs, and what may come on top. */
const [SHARE, MARGIN] = [0.8, 1.15];

const child = (name: string, ...args: string[]): ChildProcess =>
  fork(path.join(import.meta.dirname, 'model', `${name}.ts`), args, {
    execArgv: [
      ...(process.env.PROFILE === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`]),
      '--import',
      'tsx',
    ],
    env: { ...process.env, NODE_ENV: 'production' },
  });

const ready = async (one: ChildProcess): Promise<void> => {
  const [message] = (await once(one, 'message')) as [FromModel];
  if (message.kind !== 'READY') throw new Error('A process of the model began before it was ready.');
};

const timeOfDay = (at: number): string => new Date(at + IST_MS).toISOString().slice(11, 16);

const settings = { fsync: 'on', full_page_writes: 'on', shared_buffers: '128MB', max_connections: '300' };
await using server = await PostgresServer.start({ settings });
const databaseUrl = await server.createDatabase();
await using broker = await startTimedBroker();
const children: ChildProcess[] = [];
process.on('exit', () => {
  for (const one of children) one.kill('SIGKILL');
});
const taken: number[] = [];
let logins = 0;
let dueAt = 0;
{
  await using app = await openModelApp({ medianMs: MEDIAN_MS, databaseUrl, brokerUrl: broker.url });
  // Storing the accounts takes its time, too: about a second for 100.
  const readyAt = Date.now() + ACCOUNTS * 12 + WORKERS * 4000 + LEAST_NOTICE_MS;
  dueAt = Math.ceil(readyAt / MINUTE_MS) * MINUTE_MS;
  const startAt = timeOfDay(dueAt);
  if (startAt < '03:36' || startAt > '23:00') {
    process.stderr.write('Schedules start between 03:36 and 23:00 in India: the model is run then.\n');
    process.exit(1);
  }
  logins = await storeAccounts(app, { accounts: ACCOUNTS, mostApis: MOST_APIS, startAt, seed: SEED });
}
for (let number = 0; number < WORKERS; number += 1) {
  const worker = child('worker', databaseUrl, broker.url, String(MEDIAN_MS), String(SEED + number));
  worker.on('message', (message: FromModel) => {
    if (message.kind === 'LOGIN') taken.push(message.milliseconds);
  });
  children.push(worker);
  await ready(worker);
}
const node = child('node', databaseUrl, broker.url, String(MEDIAN_MS));
children.push(node);
await ready(node);
const database = new Client({ connectionString: databaseUrl });
database.on('error', () => undefined);
await database.connect();
const count = async (query: string): Promise<number> => Number((await database.query(query)).rows[0].count);
const late = Date.now() - dueAt;
while (Date.now() < dueAt) await delay(50);
const begun = Math.max(dueAt, Date.now());
const DONE = `select count(*) from vega_generation_runs where ended_at is not null`;
let done = 0;
while (done < ACCOUNTS) {
  await delay(LOOK_MS);
  const now = await count(DONE);
  if (process.env.VERBOSE && Math.floor(now / 50) > Math.floor(done / 50))
    process.stderr.write(`${now} runs ended after ${Math.round((Date.now() - begun) / 1000)} s\n`);
  done = now;
}
const tookMs = Date.now() - begun;
const tokens = await count('select count(*) from upstox_tokens where is_active = 1');
const completed = await count(`select count(*) from vega_generation_runs where status = 'COMPLETED'`);
await database.end();
for (const one of children) one.kill('SIGTERM');
await Promise.all(children.map((one) => (one.exitCode === null ? once(one, 'close') : null)));

const loginMs = median(taken);
const idealMs = (logins * loginMs) / (WORKERS * SHARE);
tell(
  [
    machine(),
    `${ACCOUNTS} accounts, ${logins} logins of ${(loginMs / 1000).toFixed(2)} s (median), ${WORKERS} workers: ${(tookMs / 1000).toFixed(0)} s`,
    `${completed} runs completed, ${tokens} tokens stored, ${broker.issued} issued; ready ${-late} ms before the start`,
  ],
  [
    atMost('many accounts: time / (logins x median / (workers x 0.8))', tookMs / idealMs, MARGIN),
    atMost('many accounts: tokens issued that are not stored', broker.issued - tokens, 0),
    atMost('many accounts: runs without all their tokens', ACCOUNTS - completed, 0),
  ],
);
