import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { isOver } from '../../src/domain/run/generation-run.ts';
import { createLogger } from '../../src/log.ts';
import { listAccounts } from '../../src/services/accounts/accounts.ts';
import { CHECKPOINTS } from '../../src/services/runs/checkpoints.ts';
import { settle } from './test-app.ts';

/**
 * The whole program in a process of its own that dies by SIGKILL at the checkpoint named in the arguments, when it is
 * reached for the given time. What an earlier process has left is taken up first; for every account
 * without a run, the third argument is what `generateTokens` is asked for. Ends with 0 only if it was never killed.
 * CRASH_HOLD_AT names a checkpoint at which it stands still, with a file `held` in its folder, until there is a file `go`.
 */
const [workingDirectory = '', wanted = '', args = '', times = '1'] = process.argv.slice(2);
const point = CHECKPOINTS.find((checkpoint) => checkpoint === wanted);
if (point === undefined) throw new Error(`There is no checkpoint ${wanted}.`);
let left = Number(times);
const { CRASH_HOLD_AT: holdAt, CRASH_DATABASE_URL: databaseUrl } = process.env;

const hold = (): void => {
  writeFileSync(path.join(workingDirectory, 'held'), '');
  const still = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(path.join(workingDirectory, 'go'))) Atomics.wait(still, 0, 0, 10);
};

await using app = await openApp(readConfig(process.env), {
  workingDirectory,
  browserLock: path.join(workingDirectory, 'browser.lock'),
  databaseUrl,
  log: createLogger('trace'),
  onCheckpoint: (checkpoint) => {
    if (checkpoint === holdAt) hold();
    if (checkpoint !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
if (databaseUrl !== undefined) app.beginWork(1);
const { services, parts, operatorKey } = app;
const accounts = await listAccounts(parts.database);

for (const { id } of accounts) {
  if (services.runs.live(id) !== null) continue;
  const response = await app.fetch(
    new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operatorKey}` },
      body: JSON.stringify({ query: `mutation { generateTokens(accountId: "${id}", ${args}) { id } }` }),
    }),
  );
  process.stdout.write(`${await response.text()}\n`);
}
/** A run that cannot be looked up is not over. */
const isUnderWay = async ({ id }: { readonly id: string }): Promise<boolean> => {
  const run = await services.runs.latest(id).catch(() => null);
  return run === null ? parts.database.trouble !== null : !isOver(run);
};
while ((await Promise.all(accounts.map(isUnderWay))).includes(true)) await settle(20);
// The run is over before the account has settled.
await settle(1000);
