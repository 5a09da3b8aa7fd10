import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../src/cli/commands.ts';
import { NO_FACTS } from '../../src/domain/calendar/calendar-facts.ts';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import { type KeptAnswer, notKnown, type ProbedRole } from '../../src/domain/capability/capability.ts';
import { dueRoles } from '../../src/domain/capability/due.ts';
import { marketState, nextOptionExpiry } from '../../src/domain/capability/market.ts';
import { FeedHolds } from '../../src/services/capabilities/feed-holds.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { actsIn, DeskClock, kindsIn, MORNING, openDesk, probe } from './desk.ts';

const MONDAY = '2026-11-23';
const BELL = atIst(MONDAY, '09:00');
const role: ProbedRole = { apiName: 'WEBSOCKET1', verdict: 'VALID', fingerprint: 'one' };
const answerAt = (time: string, fingerprint = 'one'): KeptAnswer => ({
  ...{ accountId: 'UPSTOX_01', apiName: 'WEBSOCKET1', fingerprint, checkedAt: atIst(MONDAY, time) },
  ...{ result: 'CAPABLE', reason: null, httpStatus: 101, brokerCode: null },
});
const isDue = (kept: readonly KeptAnswer[], time: string, of = role): boolean =>
  dueRoles([of], kept, BELL, atIst(MONDAY, time)).length > 0;

test('a token is probed when it was not yet, and once more in the last half hour before the bell', () => {
  expect(isDue([], '06:10')).toBe(true);
  expect(isDue([answerAt('06:10', 'an earlier one')], '06:20')).toBe(true);
  expect(isDue([answerAt('06:10')], '06:20')).toBe(false);
  expect(isDue([answerAt('06:10')], '08:29')).toBe(false);
  expect(isDue([answerAt('06:10')], '08:30')).toBe(true);
  expect(isDue([answerAt('08:30')], '08:59')).toBe(false);
  expect(isDue([answerAt('06:10')], '09:00')).toBe(false);
});

test('a feed is not opened by itself once the bell has rung; the other probes are made', () => {
  expect(isDue([], '09:00')).toBe(false);
  expect(isDue([], '09:00', { ...role, apiName: 'OPTIONCHAIN1' })).toBe(true);
});

test('only a VALID token is probed by itself', () => {
  for (const verdict of ['UNKNOWN', 'INVALID', 'EXPIRED', 'MISSING'] as const)
    expect(isDue([], '06:10', { ...role, verdict })).toBe(false);
});

test('the market is open from the beginning of a trading day until its close', () => {
  const at = (date: string, time: string) => marketState(NO_FACTS, ['NSE'], atIst(date, time));
  expect(at(MONDAY, '06:00')).toBe('OPEN');
  expect(at(MONDAY, '15:29')).toBe('OPEN');
  expect(at(MONDAY, '15:30')).toBe('CLOSED');
  expect(at('2026-11-22', '11:00')).toBe('CLOSED');
  // The evening of a Sunday with a session.
  expect(at('2026-11-08', '10:00')).toBe('OPEN');
  expect(at('2031-01-15', '10:00')).toBe('UNCERTAIN');
});

test('the option chain is asked for the next Tuesday, or for the trading day before it', () => {
  const at = (date: string) => nextOptionExpiry(NO_FACTS, atIst(date, '08:00'));
  expect(at('2026-11-26')).toBe('2026-12-01');
  expect(at('2026-12-01')).toBe('2026-12-01');
  // Tuesday 24 November is a holiday.
  expect(at('2026-11-19')).toBe('2026-11-23');
  expect(at('2026-11-24')).toBe('2026-12-01');
});

test('a run’s tokens are probed when it has ended, and again before the bell', async () => {
  const clock = new DeskClock('2026-11-23T07:30:00');
  const simulator = { now: () => clock.now().getTime() };
  await using app = await openTestApp({
    ...{ apis: 2, clock: clock.now, simulator },
    env: { VEGA_PROBES: 'true' },
  });
  app.app.beginProbes();
  await app.generate('mode: ALL');
  await until('the tokens are probed', async () => (await resultsOf(app)).every((one) => one === 'CAPABLE'));
  expect(funds(app)).toBe(1);
  app.broker.faults.feed = 'handshake-forbidden';
  clock.set('2026-11-23T08:40:00');
  await app.app.parts.probeWatch.tick();
  expect(await resultsOf(app)).toEqual(['CAPABLE', 'NOT_CAPABLE']);
  await app.app.parts.probeWatch.tick();
  expect(funds(app)).toBe(2);
  const { data } = await app.ask(
    '{ ready readiness { verdict probability missing reasons { code message nextAction } } }',
  );
  expect(data).toMatchObject({
    ready: true,
    readiness: {
      ...{ verdict: 'AT_RISK', probability: null, missing: [] },
      reasons: [{ code: 'NOT_CAPABLE', message: expect.stringContaining('WEBSOCKET1') }],
    },
  });
  expect(await metricsOf(app)).toEqual([
    'vega_capable{account="UPSTOX_01",api="PRIMARY"} 1',
    'vega_capable{account="UPSTOX_01",api="WEBSOCKET1"} 0',
  ]);
});

const funds = (app: TestApp): number => kindsIn(app).filter((kind) => kind === 'FUNDS').length;

const resultsOf = async (app: TestApp): Promise<readonly string[]> =>
  (await app.client.capabilities()).map(({ result }) => result);

const metricsOf = async (app: TestApp): Promise<readonly string[]> => {
  const response = await fetch(`${app.url}/metrics`, {
    headers: { authorization: `Bearer ${app.app.operatorKey}` },
  });
  return (await response.text()).split('\n').filter((line) => line.startsWith('vega_capable{'));
};

test('two processes on one database never have two sockets of a user open', async () => {
  const clock = new DeskClock(MORNING);
  await using one = await openDesk(clock);
  // A feed that is silent holds its socket for as long as it may.
  one.broker.faults.feed = 'closed-market';
  const options = { clock: clock.now, directory: one.directory, broker: one.broker };
  await using other = await openTestApp({ ...options, env: { VEGA_PROBES: 'true' } });
  const answers = await Promise.all([probe(one, 'WEBSOCKET1'), probe(other, 'WEBSOCKET2', 'WEBSOCKET3')]);
  expect(answers.flat()).toEqual([
    'WEBSOCKET1 NOT_KNOWN FEED_SILENT 101',
    'WEBSOCKET2 NOT_KNOWN FEED_SILENT 101',
    'WEBSOCKET3 NOT_KNOWN FEED_SILENT 101',
  ]);
  expect(one.broker.feedSockets.get(one.broker.account.userId)).toMatchObject({ maxOpen: 1, total: 3 });
  expect(one.rows('select * from vega_feed_holds')).toEqual([]);
});

test('what a process left behind holds nobody up', async () => {
  const clock = new DeskClock(MORNING);
  await using app = await openDesk(clock);
  const until = clock.now().getTime() + 14_000;
  const userKey = 'UPSTOX_01';
  app.change(
    'insert into vega_feed_holds values (?, ?, ?, ?, ?)',
    ...[userKey, 'gone', 2_000_000_000, null, until],
  );
  expect(await probe(app, 'WEBSOCKET1')).toEqual(['WEBSOCKET1 CAPABLE 101']);
});

test('a server that stops closes the socket and keeps no answer', async () => {
  const app = await openDesk(new DeskClock(MORNING));
  app.broker.faults.feed = 'closed-market';
  const asked = app.client.probeCapabilities({ apiNames: ['WEBSOCKET1'] }).catch(({ code }) => code);
  const { userId } = app.broker.account;
  await until('the socket is open', () => app.broker.feedSockets.get(userId)?.open === 1);
  const { broker } = app;
  const kept = () => app.rows('select * from vega_capabilities');
  await app.app.parts.probeWatch[Symbol.asyncDispose]();
  expect(kept()).toEqual([]);
  expect(await asked).toBe('SHUTTING_DOWN');
  await expect.poll(() => broker.feedSockets.get(userId)?.open).toBe(0);
  await app[Symbol.asyncDispose]();
});

test('a server that stops asks the broker nothing more', async () => {
  await using app = await openDesk(new DeskClock(MORNING));
  app.broker.faults.funds = 'hang';
  const asked = app.client.probeCapabilities().catch(({ code }) => code);
  await until('the funds are asked for', () => kindsIn(app).includes('FUNDS'));
  await app.app.parts.probeWatch[Symbol.asyncDispose]();
  expect(await asked).toBe('SHUTTING_DOWN');
  const before = kindsIn(app).length;
  await app.app.parts.probeWatch.tick();
  await expect(app.client.probeCapabilities()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  expect(
    kindsIn(app)
      .slice(before)
      .filter((kind) => kind !== 'PROFILE'),
  ).toEqual([]);
  expect(kindsIn(app).filter((kind) => kind.startsWith('FEED') || kind === 'OPTION_CHAIN')).toEqual([]);
});

test('a hold lasts longer than the authorization may take and the socket after it', async () => {
  const clock = new DeskClock(MORNING);
  await using app = await openDesk(clock, { env: { VEGA_PROFILE_TIMEOUT_MS: '45000' } });
  app.broker.faults.feed = 'closed-market';
  const probed = probe(app, 'WEBSOCKET1');
  const { userId } = app.broker.account;
  await until('the socket is open', () => app.broker.feedSockets.get(userId)?.open === 1);
  const [hold] = app.rows('select until from vega_feed_holds');
  expect(hold.until - clock.now().getTime()).toBeGreaterThan(45_000);
  await probed;
});

test('the hold of a process with a longer timeout counts', async () => {
  const clock = new DeskClock(MORNING);
  await using app = await openDesk(clock);
  const holds = new FeedHolds({ ...app.app.parts, clock: clock.now, profileTimeoutMs: 500 });
  const heldFor = (milliseconds: number) => {
    app.change('delete from vega_feed_holds');
    const end = clock.now().getTime() + milliseconds;
    app.change(
      'insert into vega_feed_holds values (?, ?, ?, ?, ?)',
      ...['user', 'other', process.pid, null, end],
    );
    return holds.run('user', AbortSignal.abort(), async () => notKnown('FEED_SILENT'));
  };
  expect(await heldFor(69_000)).toEqual(notKnown('FEED_BUSY'));
  expect(await heldFor(75_000)).toEqual(notKnown('FEED_SILENT'));
});

/** Runs `vega-auth probe` against the desk's server; answers its exit code and what it printed. */
const runProbe = async (app: TestApp, given: Record<string, string | true | readonly string[]>) => {
  const command = PROGRAM.commands?.find(({ name }) => name === 'probe');
  const [out, err] = [new PassThrough(), new PassThrough()];
  const { hostname, port } = new URL(app.url);
  const env = { ...app.env, VEGA_HOST: hostname, VEGA_PORT: port, VEGA_OPERATOR_KEY: app.app.operatorKey };
  const terminal = {
    ...{ env, out, err, input: new PassThrough(), signal: new AbortController().signal },
    workingDirectory: app.directory,
  };
  const code = await command?.run?.(terminal as never, given);
  return { code, text: String(out.read() ?? '') };
};

test('the command line says what each role can do, by words and by its exit code', async () => {
  await using app = await openDesk(new DeskClock(MORNING), { simulator: { scenario: 'feed-refused' } });
  expect((await runProbe(app, { last: true })).code).toBe(1);
  const { code, text } = await runProbe(app, {});
  expect(code).toBe(2);
  expect(text).toMatch(/WEBSOCKET2 +✕ NOT CAPABLE/);
  expect(text).toContain('its handshake was refused. (HTTP 403)');
  expect((await runProbe(app, { roles: ['WEBSOCKET1'] })).code).toBe(0);
  expect((await runProbe(app, { last: true })).code).toBe(2);
  expect(actsIn(app)).toEqual([]);
});
