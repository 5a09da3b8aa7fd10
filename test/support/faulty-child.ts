import { writeSync } from 'node:fs';
import path from 'node:path';
import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { type Fault, FaultyFile } from './faulty-file.ts';
import { type BrokerFacts, logInOnce } from './one-login.ts';

/** One login whose database file fails from a statement on and never comes back; then the process kills itself. */
const [directory = '', fault = '', from = '', facts = ''] = process.argv.slice(2);
const broker = JSON.parse(facts) as BrokerFacts;
const file = new FaultyFile();
const app = await openApp(readConfig(process.env), {
  workingDirectory: directory,
  browserLock: path.join(directory, 'browser.lock'),
  log: createLogger('silent'),
  beforeStatement: file.beforeStatement,
  onCheckpoint: (checkpoint) => {
    if (checkpoint === 'TOKEN_STORED') writeSync(1, 'STORED\n');
  },
});
file.arm(fault as Fault, Number(from));
writeSync(1, `${await logInOnce(app, broker)}\n`);
process.kill(process.pid, 'SIGKILL');
