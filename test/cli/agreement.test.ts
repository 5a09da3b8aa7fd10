import { Writable } from 'node:stream';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { VERDICTS } from '../../src/domain/token/verdict.ts';
import type { Verdict } from '../../src/sdk/index.ts';
import { verdictText } from '../../src/sdk/words.ts';
import { launchChromium } from '../support/chromium.ts';
import { visit } from '../support/page.ts';
import { plantVerdict } from '../support/plant.ts';
import { drawn } from '../support/repetitions.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const APIS = API_NAMES.slice(0, 2);

/** What one face says of each API: the words that a person reads, or the list or verdict that a program reads. */
type Face = (testApp: TestApp) => Promise<Readonly<Partial<Record<ApiName, string>>>>;

const LISTS: Readonly<Record<Verdict, string>> = {
  VALID: 'valid',
  EXPIRED: 'invalid',
  INVALID: 'invalid',
  MISSING: 'missing',
  UNKNOWN: 'unknown',
};

const sayWith = async (testApp: TestApp, args: readonly string[]): Promise<string> => {
  let said = '';
  const into = new Writable({
    write: (chunk, _encoding, done) => {
      said += chunk;
      done();
    },
  });
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const env = { VEGA_PORT: new URL(testApp.url).port, VEGA_OPERATOR_KEY: testApp.app.operatorKey };
  await runCommandLine(args, { env, out: into, err: nowhere, signal: new AbortController().signal });
  return said;
};

const get = async (testApp: TestApp, path: string) => {
  const headers = { authorization: `Bearer ${testApp.app.operatorKey}` };
  return (await fetch(`${testApp.url}${path}`, { headers })).json();
};

/** Whoever shows people a status belongs here: the same words for the same check. */
const READ_BY_PEOPLE: Readonly<Record<string, Face>> = {
  'GraphQL in the words of the SDK': async (testApp) => {
    const { tokens } = await testApp.client.tokenStatus();
    return Object.fromEntries(tokens.map((check) => [check.apiName, verdictText(check)]));
  },
  'vega-auth status': async (testApp) => {
    const rows = (await sayWith(testApp, ['status'])).matchAll(/^\S (\w+) *: (.*?)(?: {2,}.*)?$/gm);
    return Object.fromEntries([...rows].map(([, name = '', words = '']) => [name, words.trim()]));
  },
};

/** Whoever shows programs a status belongs here: the same verdict, or the list that it belongs to. */
const READ_BY_PROGRAMS: Readonly<Record<string, Face>> = {
  'vega-auth status --json': async (testApp) => {
    const { tokens } = JSON.parse(await sayWith(testApp, ['status', '--json']));
    return Object.fromEntries(
      tokens.map(({ apiName, verdict }: { apiName: ApiName; verdict: Verdict }) => [apiName, LISTS[verdict]]),
    );
  },
  'GET /auth/upstox/tokens/status': async (testApp) => {
    const lists: Record<string, readonly ApiName[]> = await get(testApp, '/auth/upstox/tokens/status');
    return Object.fromEntries(
      Object.entries(lists).flatMap(([list, names]) => names.map((name) => [name, list])),
    );
  },
  'GET /auth/tokens': async (testApp) => {
    const tokens: readonly { apiName: ApiName; verdict: Verdict }[] = await get(testApp, '/auth/tokens');
    return Object.fromEntries(tokens.map(({ apiName, verdict }) => [apiName, LISTS[verdict]]));
  },
};

const WORDS: Readonly<Record<Verdict, string>> = {
  VALID: 'VALID',
  EXPIRED: 'EXPIRED',
  INVALID: 'INVALID (401)',
  UNKNOWN: 'UNKNOWN (500)',
  MISSING: 'NOT FOUND',
};

const combinations = APIS.reduce<readonly (readonly Verdict[])[]>(
  (before, _api) => before.flatMap((verdicts) => VERDICTS.map((verdict) => [...verdicts, verdict])),
  [[]],
);

/** The page shows what is known, so the broker is asked first; what a verdict rests on stands beside it elsewhere. */
const readPage = async (testApp: TestApp, page: Page): ReturnType<Face> => {
  await testApp.client.tokenStatus();
  await page.reload();
  const wordOf = async (name: ApiName): Promise<string> => {
    const row = page.locator('.tokens tbody tr:not(.sub)').filter({ hasText: name });
    return (await row.locator('td').first().innerText()).replace(/^\S\s+/, '').trim();
  };
  return Object.fromEntries(await Promise.all(APIS.map(async (name) => [name, await wordOf(name)])));
};

test('the command line, the page, REST and GraphQL say the same, to the letter, for whatever verdicts', async () => {
  await using testApp = await openTestApp({ apis: APIS.length });
  await using browser = await launchChromium();
  await using visited = await visit(browser, testApp);
  expect(combinations).toHaveLength(25);
  for (const verdicts of drawn(combinations, 5)) {
    const plant = () => {
      for (const [index, verdict] of verdicts.entries())
        plantVerdict(testApp, APIS[index] ?? 'PRIMARY', verdict);
    };
    const wanted = (words: Readonly<Record<Verdict, string>>) =>
      Object.fromEntries(APIS.map((name, index) => [name, words[verdicts[index] ?? 'MISSING']]));
    for (const [face, read] of Object.entries(READ_BY_PEOPLE)) {
      // A token that was found dead is marked, and the next face would be told of the mark.
      plant();
      expect({ face, ...(await read(testApp)) }).toEqual({ face, ...wanted(WORDS) });
    }
    plant();
    const bare = Object.fromEntries(
      Object.entries(WORDS).map(([verdict, words]) => [verdict, words.replace(/ \(.*/, '')]),
    );
    expect({ face: 'page', ...(await readPage(testApp, visited.page)) }).toEqual({
      face: 'page',
      ...wanted(bare as typeof WORDS),
    });
    plant();
    for (const [face, read] of Object.entries(READ_BY_PROGRAMS))
      expect({ face, ...(await read(testApp)) }).toEqual({ face, ...wanted(LISTS) });
  }
});
