import './bench-folder.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { openTestApp } from '../support/test-app.ts';
import { machine, tell } from './ratios.ts';

/** How many answers a cache gives again while six tokens are made and ten dashboards ask once a second. */
const DASHBOARDS = 10;
const QUERY =
  '{ tokens { apiName verdict expiresAt } authState { state primaryPresent blockedBy run { status steps { apiName status step } } } }';

await using testApp = await openTestApp();
let isOver = false;
let asked = 0;
const poll = async (): Promise<void> => {
  while (!isOver) {
    asked += 1;
    await testApp.ask(QUERY);
    await delay(1000);
  }
};
const pollers = Array.from({ length: DASHBOARDS }, poll);
const { hits: hitsBefore, misses: missesBefore } = testApp.app.answers;
const begun = process.cpuUsage();
const run = await testApp.generate('mode: ALL');
isOver = true;
await Promise.all(pollers);
const { user, system } = process.cpuUsage(begun);
const hits = testApp.app.answers.hits - hitsBefore;
const misses = testApp.app.answers.misses - missesBefore;
tell(
  [
    machine(),
    `${DASHBOARDS} dashboards, once a second, while a run of six goes on (${run.status}): ${asked} requests.`,
    `Answers given again: ${((100 * hits) / (hits + misses)).toFixed(0)} % of ${hits + misses}; CPU of the process, browser's drive and clients included: ${((user + system) / 1000).toFixed(0)} ms.`,
  ],
  [],
);
