import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { getAccount } from '../../src/services/accounts.ts';
import { environmentOf, settle } from '../support/desk.ts';
import { type LoginWay, Stopwatch } from './login-way.ts';

const EVERYTHING = { mode: 'ALL', apiNames: [], replaceValid: false, includeUnknown: false } as const;

/** Between two looks at whether the run has ended. */
const LOOK_MS = 5;

/** The whole way of a run: a browser and one context in it, SQLite, logins, exchanges, tokens that were tried. */
export const loginByProgram: LoginWay = async ({ broker, clock }) => {
  const workingDirectory = mkdtempSync(path.join(tmpdir(), 'vega-bench-'));
  try {
    const watch = new Stopwatch();
    {
      const log = createLogger('silent');
      await using app = await openApp(readConfig(environmentOf(broker)), { workingDirectory, log, clock });
      const { apiConfigs, database, generation } = app.services;
      const account = await getAccount(database, null);
      watch.loginsBegin();
      const { id } = await generation.generate(account, await apiConfigs.list(account), EVERYTHING);
      while ((await generation.run(id))?.endedAt === null) await settle(LOOK_MS);
      watch.loginsEnd();
      const run = await generation.run(id);
      if (run?.status !== 'COMPLETED') throw new Error(`The run ended as ${run?.status}.`);
    }
    return watch.spent();
  } finally {
    rmSync(workingDirectory, { recursive: true, force: true });
  }
};
