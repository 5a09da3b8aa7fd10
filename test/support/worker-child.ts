import path from 'node:path';
import { openApp } from '../../src/app.ts';
import { untilStopped } from '../../src/cli/terminal/until-stopped.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { CHECKPOINTS } from '../../src/services/runs/checkpoints.ts';

/**
 * A worker in a process and a folder of its own, as on a machine of its own. It sends itself the signal of the third argument
 * when it reaches the checkpoint of the second one; it ends by SIGTERM.
 */
const [workingDirectory = '', wanted = '', signal = 'SIGKILL', leaseMs = ''] = process.argv.slice(2);
const point = CHECKPOINTS.find((checkpoint) => checkpoint === wanted);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
let isReached = false;

await using app = await openApp(readConfig(process.env), {
  workingDirectory,
  browserLock: path.join(workingDirectory, 'browser.lock'),
  log: createLogger('trace'),
  isWorker: true,
  ...(leaseMs === '' ? {} : { leaseMs: Number(leaseMs) }),
  onCheckpoint: (checkpoint) => {
    if (checkpoint !== point || isReached) return;
    isReached = true;
    process.stdout.write(`reached ${checkpoint}\n`);
    process.kill(process.pid, signal);
  },
});
app.beginWork(3);
process.stdout.write('works\n');
await untilStopped(stop.signal);
