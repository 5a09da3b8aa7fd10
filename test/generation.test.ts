import { writeFileSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { nextExpiry } from '../src/domain/token/expiry.ts';
import { IST, toWallTime } from '../src/domain/wall-time.ts';
import { EventsDocument, TokenProgressDocument } from '../src/sdk/index.ts';
import { getAccount } from '../src/services/accounts/accounts.ts';
import { openTestApp, until } from './support/test-app.ts';

const NAMES = ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'];
const STEPS = ['DIALOG', 'MOBILE', 'OTP', 'PIN', 'REDIRECT', 'EXCHANGE', 'STORE', 'VERIFY'];

test('six tokens are made, PRIMARY first, and every step of them is told to whoever listens', async () => {
  await using testApp = await openTestApp();
  const watching = collect(
    testApp.client.subscribe(TokenProgressDocument, {}),
    ({ tokenProgress }) => tokenProgress,
  );
  const run = await testApp.generate('mode: ALL');
  await until('the last progress', () => watching.seen.at(-1)?.generated === 6);
  await watching.stop();

  expect(run.status).toBe('COMPLETED');
  expect(
    run.steps.map(({ apiName, status }: { apiName: string; status: string }) => [apiName, status]),
  ).toEqual(NAMES.map((name) => [name, 'DONE']));
  const counts = watching.seen.map(({ generated, total }) => `${generated}/${total}`);
  expect([...new Set(counts)]).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  expect(counts).toEqual([...counts].sort());
  for (const name of NAMES) {
    const steps = watching.seen.filter(({ current }) => current === name).map(({ step }) => step ?? 'NONE');
    // VERIFY comes twice: the token is stored, and the broker has confirmed it.
    const named = steps.filter((step) => step !== 'NONE' && step !== 'TOTP_WAIT');
    expect(named.filter((step, index) => step !== named[index - 1])).toEqual(STEPS);
  }

  const validity = toWallTime(nextExpiry(new Date()), IST);
  expect(
    testApp.rows(
      'select api_name, is_active, validity_at, user_id, is_primary from upstox_tokens order by api_index',
    ),
  ).toEqual(
    NAMES.map((name, index) => ({
      api_name: name,
      is_active: 1,
      validity_at: validity,
      user_id: 1,
      is_primary: index === 0 ? 1 : 0,
    })),
  );
  expect(testApp.broker.profileCalls.maxInFlight).toBeLessThanOrEqual(2);
  expect(
    testApp.broker.log
      .filter(({ kind }) => kind === 'OTP_VERIFY')
      .map(({ reusedTimeStep }) => reusedTimeStep ?? false),
  ).toEqual(Array(6).fill(false));

  const { data } = await testApp.ask(
    '{ activeAccount { id client broker plan isActive tokens { verdict storage version checkedAt } } }',
  );
  expect(data.activeAccount).toMatchObject({
    id: 'UPSTOX_01',
    client: 'DE****',
    broker: 'UPSTOX',
    plan: 'BASIC',
    isActive: true,
  });
  expect(data.activeAccount.tokens).toEqual(
    NAMES.map(() => ({ verdict: 'VALID', storage: 'DATABASE', version: 1, checkedAt: expect.any(String) })),
  );
});

test('where no browser starts, the run ends in words and nothing reaches the broker', async () => {
  await using testApp = await openTestApp({ apis: 2, env: { VEGA_CHROMIUM_PATH: '/bin/false' } });
  const run = await testApp.generate('mode: ALL');
  expect(run.status).toBe('STOPPED');
  expect(run.steps).toMatchObject([
    { status: 'FAILED', failure: { code: 'BROWSER_FAILED', submitted: [] } },
    { status: 'SKIPPED' },
  ]);
  expect(testApp.broker.log).toEqual([]);
});

test('a run goes on where no backup can be made before it, and the audit says so', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  writeFileSync(path.join(testApp.directory, '.vega', 'backups'), 'a file where the folder should be');
  expect((await testApp.generate('mode: ALL')).status).toBe('COMPLETED');
  expect(testApp.rows("select kind from vega_audit_entries where kind like 'BACKUP%'")).toEqual([
    { kind: 'BACKUP_FAILED' },
  ]);
});

test('somebody who begins to listen in the middle is told the state as it is', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  const { data } = await testApp.ask(
    'mutation { generateTokens(mode: ALL) { id status steps { apiName status } } }',
  );
  expect(data.generateTokens).toMatchObject({ status: 'RUNNING', steps: [{ status: 'PENDING' }, {}, {}] });
  await until('the first token', () => testApp.rows('select 1 from upstox_tokens').length === 1);

  const progress = collect(
    testApp.client.subscribe(TokenProgressDocument, {}),
    ({ tokenProgress }) => tokenProgress,
  );
  const events = collect(testApp.client.subscribe(EventsDocument, {}), ({ events: event }) => event);
  await until('the end', () => progress.seen.at(-1)?.generated === 3 && events.seen.length > 2);
  await Promise.all([progress.stop(), events.stop()]);

  expect(progress.seen[0]).toMatchObject({ total: 3, runId: data.generateTokens.id });
  const told = events.seen.filter((event) => event.__typename === 'TokenProgressEvent');
  expect(told[0]).toMatchObject({ accountId: 'UPSTOX_01', progress: { total: 3 } });
  // What is not kept, such as the state at the beginning, repeats the last id.
  const ids = [...new Set(events.seen.map(({ id }) => Number(id)))];
  expect(ids).toEqual(ids.map((_, index) => Number(told[0]?.id) + index));
});

test('a client that comes back is told what it has missed, and that it is gone when it is gone', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const after = (id: string) =>
    collect(testApp.client.subscribe(EventsDocument, { after: id }), ({ events }) => events);
  const missed = after('3');
  await until('the end', () => missed.seen.some(({ __typename }) => __typename === 'AuthConfirmedEvent'));
  await missed.stop();
  expect(missed.seen.map(({ id }) => Number(id))).toEqual(missed.seen.map((_, index) => 4 + index));

  const gone = after('999999');
  await until('the gap', () => gone.seen.length > 0);
  await gone.stop();
  expect(gone.seen[0]?.__typename).toBe('GapEvent');
  const wrong = after('soon');
  await expect(wrong.end).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('a token that is replaced leaves one row behind and a higher version', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await testApp.generate('mode: ALL');
  const before = testApp.rows('select access_token from upstox_tokens order by api_index');
  await testApp.generate('mode: PARTIAL, apiNames: [WEBSOCKET1], replaceValid: true');
  const after = testApp.rows('select api_name, access_token from upstox_tokens order by api_index');
  expect(after.map(({ api_name }) => api_name)).toEqual(['PRIMARY', 'WEBSOCKET1']);
  expect(after[0].access_token).toBe(before[0].access_token);
  expect(after[1].access_token).not.toBe(before[1].access_token);
  expect((await testApp.ask('{ tokens { apiName version } }')).data.tokens).toEqual([
    { apiName: 'PRIMARY', version: 1 },
    { apiName: 'WEBSOCKET1', version: 2 },
  ]);
});

test('bad requests are refused with a code and a next action, and change nothing', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const codeOf = async (document: string, variables = {}) => {
    const { errors } = await testApp.ask(document, variables);
    return [errors?.[0]?.extensions?.code, typeof errors?.[0]?.extensions?.nextAction];
  };
  const generate = (args: string) => `mutation { generateTokens(${args}) { id } }`;
  const withNames =
    'mutation ($names: [ApiName!]) { generateTokens(mode: PARTIAL, apiNames: $names) { id } }';
  const refused = ['BAD_USER_INPUT', 'string'];
  expect(await codeOf(generate('mode: PARTIAL'))).toEqual(refused);
  expect(await codeOf(generate('mode: PARTIAL, apiNames: []'))).toEqual(refused);
  expect(await codeOf(generate('mode: PARTIAL, apiNames: [WEBSOCKET9]'))).toEqual(refused);
  expect(await codeOf(withNames, { names: ['WEBSOCKET9'] })).toEqual(refused);
  expect(await codeOf(generate('mode: PARTIAL, apiNames: [OPTIONCHAIN1]'))).toEqual(refused);
  expect(await codeOf(generate('mode: ALL, apiNames: [PRIMARY]'))).toEqual(refused);
  expect(await codeOf(generate('mode: EVERYTHING'))).toEqual(refused);
  expect(await codeOf(generate('mode: ALL, accountId: "UPSTOX_99"'))).toEqual(['NOT_FOUND', 'string']);
  expect(testApp.rows('select 1 from vega_generation_runs')).toEqual([]);
  expect(testApp.broker.log).toEqual([]);
});

test('a second run is refused while one is under way', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const [first, second] = await Promise.all([
    testApp.ask('mutation { generateTokens(mode: ALL) { id } }'),
    testApp.ask('mutation { generateTokens(mode: ALL) { id } }'),
  ]);
  const codes = [first, second].map(({ errors }) => errors?.[0]?.extensions.code ?? 'started').sort();
  expect(codes).toEqual(['RUN_IN_PROGRESS', 'started']);
});

test('a browser that somebody unknown has is told as such, and nothing is stored', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const other = new Sqlite(path.join(testApp.directory, 'browser.lock'));
  other.exec('begin exclusive');
  const { errors } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  other.close();
  expect(errors[0]).toMatchObject({
    message: 'The browser is taken by another user of this machine.',
    extensions: { code: 'BROWSER_BUSY' },
  });
  expect(testApp.rows('select 1 from vega_generation_runs')).toEqual([]);
});

test('a program that is stopping begins nothing', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { generation, database, apiConfigs } = testApp.app.parts;
  const account = await getAccount(database, null);
  const configs = await apiConfigs.enabled(account);
  await generation[Symbol.asyncDispose]();
  const request = { mode: 'ALL', apiNames: [], replaceValid: false, includeUnknown: false } as const;
  const refusal = await generation.generate(account, configs, request).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'SHUTTING_DOWN' });
  expect(testApp.rows('select 1 from vega_generation_runs')).toEqual([]);
});

/** Reads a subscription in the background. */
const collect = <Message, Value>(
  messages: AsyncIterableIterator<Message>,
  pick: (message: Message) => Value,
) => {
  const seen: Value[] = [];
  const end = (async () => {
    for await (const message of messages) seen.push(pick(message));
  })();
  end.catch(() => undefined);
  return { seen, end, stop: () => messages.return?.() };
};
