import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openApp } from '../../src/app.ts';
import { type Env, readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { Semaphore } from '../../src/services/semaphore.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { built } from '../support/built.ts';
import { FAULTS, type Fault, FaultyFile } from '../support/faulty-file.ts';
import { openFolder } from '../support/folder.ts';
import { logInOnce } from '../support/one-login.ts';
import { drawn } from '../support/repetitions.ts';
import { environmentOf, openBroker, until } from '../support/test-app.ts';

const OTP_FREE: Env = { VEGA_LOG_LEVEL: 'silent' };

const openProgram = (directory: string, broker: Simulator, file?: FaultyFile) =>
  openApp(readConfig({ ...environmentOf(broker, 1), ...OTP_FREE }), {
    workingDirectory: directory,
    browserLock: path.join(directory, 'browser.lock'),
    log: createLogger('silent'),
    ...(file === undefined ? {} : { beforeStatement: file.beforeStatement }),
  });

interface Found {
  readonly tokens: number;
  readonly versions: readonly number[];
  readonly twice: number;
  readonly audit: boolean;
  readonly spilled: boolean;
}

/** What lies in the database once nobody uses it any more. */
const lookInto = (directory: string) => {
  const database = new Sqlite(path.join(directory, 'vega_trade.db'), { readonly: true });
  const count = (sql: string) => Number(database.prepare(sql).pluck().get());
  try {
    return {
      tokens: count('select count(*) from upstox_tokens'),
      versions: database.prepare<[], number>('select version from vega_token_versions').pluck().all(),
      twice:
        count('select count(*) - count(distinct run_id || api_name || kind) from vega_login_attempts') +
        count(
          "select count(*) - count(distinct kind) from vega_audit_entries where kind in ('TOKEN_STORED', 'RUN_STARTED', 'CODE_EXCHANGED', 'RUN_ENDED')",
        ),
    };
  } finally {
    database.close();
  }
};

const verify = async (directory: string, broker: Simulator): Promise<Found> => {
  const app = await openProgram(directory, broker);
  const { valid } = await app.parts.database.verifyAudit();
  await app[Symbol.asyncDispose]();
  const spilled = existsSync(path.join(directory, 'vega_trade.db.spill'));
  return { ...lookInto(directory), audit: valid, spilled };
};

const WHOLE: Found = { tokens: 1, versions: [1], twice: 0, audit: true, spilled: false };

/** Goes on in the same process: the file is mended once the run is over. */
const goOn = async (fault: Fault, from: number): Promise<Found> => {
  using folder = openFolder();
  await using broker = await openBroker();
  const file = new FaultyFile();
  const app = await openProgram(folder.directory, broker, file);
  file.arm(fault, from);
  expect(await logInOnce(app, broker)).toBe(200);
  file.mend();
  await until('the end of the outage', () => app.parts.database.trouble === null);
  await app[Symbol.asyncDispose]();
  return await verify(folder.directory, broker);
};

/** Is killed once the login is over, and started again. */
const kill = async (fault: Fault, from: number): Promise<Found> => {
  using folder = openFolder();
  await using broker = await openBroker();
  const { url, account, apps } = broker;
  const env = { ...process.env, ...environmentOf(broker, 1), ...OTP_FREE };
  const child = await built('test/support/faulty-child.ts');
  const args = [child, folder.directory, fault, String(from), JSON.stringify({ url, account, apps })];
  const process_ = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  process_.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const signal = await new Promise((resolve) => process_.once('exit', (_code, by) => resolve(by)));
  expect([signal, said]).toEqual(['SIGKILL', 'STORED\n200\n']);
  return await verify(folder.directory, broker);
};

/** How many statements of one login go to the file, counted by one that does not fail. */
const countPoints = async (): Promise<number> => {
  using folder = openFolder();
  await using broker = await openBroker();
  const file = new FaultyFile();
  await using app = await openProgram(folder.directory, broker, file);
  file.arm(null, Number.POSITIVE_INFINITY);
  expect(await logInOnce(app, broker)).toBe(200);
  return file.count;
};

test('whichever write fails, and however, the token is there once, and so is everything else', {
  timeout: 600_000,
}, async () => {
  const points = await countPoints();
  const places = new Semaphore(2);
  const all = Array.from({ length: points }, (_, index) => index + 1).flatMap((from) =>
    FAULTS.flatMap((fault) => [goOn, kill].map((way) => ({ fault, from, way }))),
  );
  expect(all.length).toBeGreaterThanOrEqual(300);
  const cases = drawn(all, 8);
  const wrong = await Promise.all(
    cases.map(({ fault, from, way }) =>
      places.run(async () => {
        const found = await way(fault, from).catch((error: unknown) => String(error));
        return JSON.stringify(found) === JSON.stringify(WHOLE)
          ? []
          : [`${way.name} ${fault} ${from}: ${JSON.stringify(found)}`];
      }),
    ),
  );
  expect(wrong.flat()).toEqual([]);
});
