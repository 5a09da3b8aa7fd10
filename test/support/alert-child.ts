import path from 'node:path';
import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { raiseAlert } from '../../src/services/alerts/raise-alert.ts';

/** The whole program in a process of its own: stores an alert, and dies by SIGKILL at once or when it is told to. */
const [workingDirectory = '', when = ''] = process.argv.slice(2);
const app = await openApp(readConfig(process.env), {
  workingDirectory,
  browserLock: path.join(workingDirectory, 'browser.lock'),
  log: createLogger('trace'),
});
const { database, clock } = app.parts;
const draft = { kind: 'HUMAN_NEEDED', accountId: null, title: 'A person is needed', text: 'Look.' } as const;
await database.write((trx) => raiseAlert(trx, { ...draft, fact: 'one' }, clock()));
if (when === 'AT_ONCE') process.kill(process.pid, 'SIGKILL');
// The receiver kills it in the middle of the delivery.
setInterval(() => undefined, 1000);
