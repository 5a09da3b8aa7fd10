import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { expect, test } from 'vitest';
import { createVegaClient } from '../../src/sdk/index.ts';
import { countReaders } from '../rest/rest-caller.ts';
import { built } from '../support/built.ts';
import { launchChromium } from '../support/chromium.ts';
import { ServedDesk } from '../support/served-desk.ts';
import { bring, redeem } from '../support/session.ts';
import { environmentOf, openBroker, until } from '../support/test-app.ts';
import { bundle, listing } from './listings.ts';
import { openListing, shown } from './shown-page.ts';
import { type Started, start } from './started.ts';

const PAGES = [
  'urql.tsx',
  'apollo.tsx',
  'Morning.vue',
  'Morning.svelte',
  'events.html',
  'SDK',
  'SDK in a worker',
];

/** It leaves for the dashboard at the end. */
const LEAVES = 'react.tsx';

/** Every page, and two of them for the cooldown, too. */
const BY_PAGES = PAGES.length + 1 + 2;

const hasJava = (): boolean => {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const GRAPHIQL = 'subscription { tokenProgress { generated total } }';

const ALL_COUNTS = ['0/4', '1/4', '2/4', '3/4', '4/4'];

const countsIn = (text: string): string[] => [...new Set(text.match(/\b\d\/\d\b/g))];

/** The same of events and results, where each count is two numbers. */
const countsInJson = (text: string): string[] => {
  const pairs = text.matchAll(/"(?:generated":(\d),"total":(\d)|total":(\d),"generated":(\d))/g);
  return [
    ...new Set([...pairs].map(([, made, of, total, generated]) => `${made ?? generated}/${of ?? total}`)),
  ];
};

test('every client follows a run through its cooldown, in which the server is killed and starts again', async ({
  annotate,
}) => {
  // Throttled after two, until the server has come back: how quick this machine is does not matter.
  const otpLimit = { count: 2, withinMs: 600_000 };
  await using broker = await openBroker({ knobs: { otpLimit } });
  await using served = await ServedDesk.start(await built('src/main.ts'), {
    ...environmentOf(broker, 4),
    VEGA_COOLDOWN_SECONDS: '10',
  });
  const { url, operatorKey } = served;
  const operator = createVegaClient({ url, key: operatorKey });
  const readers = () => countReaders({ url, app: { operatorKey } });
  const isResting = async () => (await operator.authState()).state === 'COOLDOWN';
  await using browser = await launchChromium();
  const failures: string[] = [];

  const logIn = async (): Promise<BrowserContext> => {
    // Each in a context of its own: the connections that a browser holds to one host are few.
    const context = await browser.newContext();
    const link = await operator.createLoginLink();
    await bring(context, url, await redeem(`${url}${link.path}`));
    return context;
  };
  const pages = new Map<string, Page>();
  for (const name of PAGES) pages.set(name, await openListing(await logIn(), url, name, failures));
  const leaving = await openListing(await logIn(), url, LEAVES, failures);
  const graphiql = await (await logIn()).newPage();
  await graphiql.goto(`${url}/graphql?query=${encodeURIComponent(GRAPHIQL)}`);
  const execute = () => graphiql.getByRole('button', { name: /execute/i }).click();
  const shownByGraphiql = () => graphiql.locator('.graphiql-response').innerText();
  await execute();

  const { secret: feedKey } = await operator.createAccessKey({
    input: { name: 'feed', role: 'SERVICE', apiNames: ['WEBSOCKET1'] },
  });
  const keys = { VEGA_OPERATOR_KEY: operatorKey, FEED_KEY: feedKey };
  const at = (text: string): string => text.replace('http://127.0.0.1:28020', url);
  const run = (command: string, ...args: string[]): Started =>
    start(served.directory, keys, command, ...args);
  const inFolder = (name: string, text: string): string => {
    const file = path.join(served.directory, name);
    writeFileSync(file, at(text));
    return file;
  };
  const inNode = async (name: string): Promise<Started> =>
    run(process.execPath, inFolder(`${name}.mjs`, await bundle(`import 'listing:${name}.ts';`, 'node')));
  await using events = run('bash', '-c', at(listing('events.sh')));
  await using subscription = run('bash', '-c', at(listing('subscription.sh')));
  await using java = hasJava() ? run('java', inFolder('Watch.java', listing('Watch.java'))) : null;
  if (java === null) await annotate('There is no Java on this machine; its listing was not run.');
  const byPrograms = java === null ? 2 : 3;
  await until('everybody to listen', async () => (await readers()) === BY_PAGES + byPrograms + 1);
  await using morning = await inNode('morning');
  await until('the cooldown', isResting, 90_000);
  await using feed = await inNode('feed');
  await until('the first lease', () => feed.text().includes('connecting with version 1,'));

  await served.kill();
  await served.restart();
  // GraphiQL alone leaves it to the person.
  await until('GraphiQL to say so', async () => (await shownByGraphiql()).includes('error'));
  await execute();
  await until('everybody to be back', async () => (await readers()) === BY_PAGES + byPrograms + 3);
  await until('the cooldown to be kept, or to begin again', isResting);
  otpLimit.count = 100;

  expect([await morning.end, countsIn(morning.text())]).toEqual([0, ALL_COUNTS]);
  if (java !== null) {
    expect([await java.end, countsInJson(java.text())]).toEqual([0, ALL_COUNTS]);
    const ids = [...java.text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids.filter((id, index) => id < (ids[index - 1] ?? 0))).toEqual([]);
  }
  for (const [name, page] of pages) {
    await until(
      `${name} to show four tokens`,
      async () => (await shown(page)).at(-1)?.includes('4/4') === true,
    );
    expect([name, countsIn((await shown(page)).join('\n'))]).toEqual([name, ALL_COUNTS]);
    if (!['urql.tsx', 'apollo.tsx'].includes(name)) continue;
    const ticks = (await shown(page)).join('\n').matchAll(/Rest for (\d+) s/g);
    expect(new Set([...ticks].map(([, seconds]) => seconds)).size).toBeGreaterThan(2);
  }
  await leaving.waitForURL(`${url}/dashboard`);
  await until('GraphiQL to show four', async () => /"generated":\s*4/.test(await shownByGraphiql()));
  for (const { text } of [events, subscription]) {
    await until('curl to show four', () => countsInJson(text()).includes('4/4'));
    expect(countsInJson(text())).toEqual(ALL_COUNTS);
  }

  await operator.generateTokens({ mode: 'PARTIAL', apiNames: ['WEBSOCKET1'], replaceValid: true });
  await until('the lease of the next version', () => feed.text().includes('connecting with version 2,'));
  expect(failures).toEqual([]);
}, 240_000);
