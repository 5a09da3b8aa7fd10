import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { environmentOf, settle } from '../support/test-app.ts';
import { type LoginWay, Stopwatch } from './login-way.ts';

interface Answer {
  readonly data?: Readonly<Record<string, Run>>;
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly endedAt: string | null;
}

/** Between two looks at whether the run has ended. */
const LOOK_MS = 10;

/** The whole way of a run: a browser and one context in it, SQLite, logins, exchanges, tokens that were tried. */
export const loginByProgram: LoginWay = async ({ broker, clock }) => {
  const workingDirectory = mkdtempSync(path.join(tmpdir(), 'vega-bench-'));
  try {
    const watch = new Stopwatch();
    {
      const log = createLogger('silent');
      await using app = await openApp(readConfig(environmentOf(broker)), { workingDirectory, log, clock });
      watch.loginsBegin();
      let run = await ask(app, 'mutation { run: generateTokens(mode: ALL) { id status endedAt } }');
      while (run.endedAt === null) {
        await settle(LOOK_MS);
        run = await ask(app, `{ run: generationRun(id: "${run.id}") { id status endedAt } }`);
      }
      watch.loginsEnd();
      if (run.status !== 'COMPLETED') throw new Error(`The run ended as ${run.status}.`);
    }
    return watch.spent();
  } finally {
    rmSync(workingDirectory, { recursive: true, force: true });
  }
};

const ask = async (app: App, query: string): Promise<Run> => {
  const request = new Request('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.operatorKey}` },
    body: JSON.stringify({ query }),
  });
  const text = await (await app.fetch(request)).text();
  const { data }: Answer = JSON.parse(text);
  if (data?.run === undefined || data.run === null) throw new Error(`The program answered ${text}`);
  return data.run;
};
