import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { settle } from './test-app.ts';

/** The whole program in a process of its own in which something happens all the time, until it is killed. */
const [workingDirectory = ''] = process.argv.slice(2);
const app = await openApp(readConfig(process.env), { workingDirectory, log: createLogger('silent') });
const { url } = await app.listen();
process.stdout.write(`${JSON.stringify({ url, operatorKey: app.operatorKey })}\n`);
for (let generated = 0; ; generated += 1) {
  app.services.events.publish('UPSTOX_01', {
    kind: 'TOKEN_PROGRESS',
    progress: {
      runId: 'r',
      total: 6,
      runTotal: 6,
      runGenerated: 0,
      generated,
      missing: [],
      current: null,
      step: null,
    },
  });
  await settle(generated % 4);
}
