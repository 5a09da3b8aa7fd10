import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../src/cli/commands.ts';
import type { Readiness } from '../../src/domain/readiness/readiness.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

const READINESS = `{ readiness { accountId verdict bell eta latestSafeStart probability confidence missing
  session { date exchange } reasons { code nextAction } } }`;

/** A clock that runs on from a moment in India. */
const clockFrom = (moment: string): (() => Date) => {
  const [base, begun] = [Date.parse(`${moment}+05:30`), Date.now()];
  return () => new Date(base + Date.now() - begun);
};

const openAt = async (moment: string, options: Parameters<typeof openTestApp>[0] = {}): Promise<TestApp> => {
  const clock = clockFrom(moment);
  const simulator = { now: () => clock().getTime(), ...options.simulator };
  return openTestApp({ apis: 2, clock, ...options, simulator });
};

/** A Monday on which the exchanges trade. */
const MORNING = '2026-11-23T08:00:00';

const ask = async (app: TestApp): Promise<Readiness> => (await app.ask(READINESS)).data.readiness;

test('an account without tokens is at risk until somebody starts, and READY when they are made', async () => {
  await using app = await openAt(MORNING);
  app.app.beginForecasts();
  expect(await ask(app)).toMatchObject({
    accountId: 'UPSTOX_01',
    verdict: 'AT_RISK',
    bell: '2026-11-23T03:30:00.000Z',
    eta: null,
    probability: null,
    confidence: 'LOW',
    missing: ['PRIMARY', 'WEBSOCKET1'],
    session: { date: '2026-11-23' },
    reasons: expect.arrayContaining([expect.objectContaining({ code: 'NOT_STARTED' })]),
  });
  await app.generate('mode: ALL');
  await until('the account is READY', async () => (await ask(app)).verdict === 'READY');
  expect(await ask(app)).toMatchObject({ probability: 1, missing: [] });
  await until('the verdicts are kept', () => verdictsIn(app).includes('READY'));
  expect(verdictsIn(app)[0]).toBe('AT_RISK');
});

const verdictsIn = (app: TestApp): readonly string[] =>
  app.rows('select verdict from vega_readiness order by id').map(({ verdict }) => verdict);

test('every phase of every login is kept, with its beginning and its end', async () => {
  await using app = await openAt(MORNING);
  const { id } = await app.generate('mode: ALL');
  const { data } = await app.ask(
    `{ generationRun(id: "${id}") { steps { apiName phases { step startedAt endedAt failure awaitsOperator } } } }`,
  );
  const [first] = data.generationRun.steps;
  const steps = first.phases.map(({ step }: { step: string }) => step);
  expect(steps[0]).toBe('DIALOG');
  expect(steps).toEqual(
    expect.arrayContaining(['MOBILE', 'OTP', 'PIN', 'REDIRECT', 'EXCHANGE', 'STORE', 'VERIFY']),
  );
  for (const [index, phase] of first.phases.entries())
    expect(phase.endedAt).toBe(first.phases[index + 1]?.startedAt ?? phase.endedAt);
});

test('a cooldown turns the verdict within a second of its beginning', async () => {
  const otpLimit = { count: 1, withinMs: 600_000 };
  await using app = await openAt('2026-11-23T08:50:00', { simulator: { knobs: { otpLimit } } });
  app.app.beginForecasts();
  const turned: { verdict: string; at: number }[] = [];
  const begun: number[] = [];
  const stop = new AbortController();
  const following = (async () => {
    for await (const event of app.client.events({ signal: stop.signal })) {
      if (event.__typename === 'ReadinessEvent')
        turned.push({ verdict: event.readiness.verdict, at: Date.now() });
      if (event.__typename === 'CooldownEvent' && event.cooldown.active) begun.push(Date.now());
    }
  })();
  await until('the first forecast is there', () => turned.length > 0);
  expect((await app.generate('mode: ALL')).status).toBe('COOLDOWN');
  await until('the verdict has turned', () => turned.some(({ verdict }) => verdict === 'TOO_LATE'));
  stop.abort();
  await following;
  const late = turned.find(({ verdict }) => verdict === 'TOO_LATE');
  expect((late?.at ?? 0) - (begun[0] ?? 0)).toBeLessThan(1000);
});

test('an UNKNOWN token keeps the account from being READY', async () => {
  await using app = await openAt(MORNING);
  await app.generate('mode: ALL');
  expect((await ask(app)).verdict).toBe('READY');
  app.change('update upstox_tokens set access_token = access_token || ?', 'x');
  const readiness = await ask(app);
  expect(readiness.verdict).not.toBe('READY');
  expect(readiness.reasons.length).toBeGreaterThan(0);
});

test('a holiday has no session, and after the bell a missing token is too late', async () => {
  await using holiday = await openAt('2026-11-21T12:00:00');
  expect(await ask(holiday)).toMatchObject({ verdict: 'NO_SESSION', bell: null });
  await using late = await openAt('2026-11-23T10:00:00');
  expect(await ask(late)).toMatchObject({ verdict: 'TOO_LATE', bell: '2026-11-23T03:30:00.000Z' });
});

test('another time can stand for the bell', async () => {
  await using app = await openAt(MORNING);
  const { data } = await app.ask(
    '{ readiness(by: "2026-11-23T02:30:10.000Z") { verdict bell } deskReadiness { accountId verdict } }',
  );
  expect(data.readiness).toMatchObject({ verdict: 'TOO_LATE', bell: '2026-11-23T02:30:10.000Z' });
  expect(data.deskReadiness).toEqual([{ accountId: 'UPSTOX_01', verdict: 'AT_RISK' }]);
});

test('readyz and the figures tell the readiness', async () => {
  await using app = await openAt(MORNING);
  const headers = { authorization: `Bearer ${app.app.operatorKey}` };
  const readyz = await fetch(`${app.url}/readyz`, { headers });
  expect(readyz.status).toBe(503);
  expect(await readyz.json()).toMatchObject({ ready: false, readiness: { verdict: 'AT_RISK' } });
  const metrics = await (await fetch(`${app.url}/metrics`, { headers })).text();
  expect(metrics).toContain('vega_readiness{account="UPSTOX_01",verdict="AT_RISK"} 1');
  expect(metrics).toContain('vega_readiness{account="UPSTOX_01",verdict="READY"} 0');
  expect(metrics).not.toMatch(/^vega_eta_seconds\{/m);
  await app.generate('mode: ALL');
  const made = await (await fetch(`${app.url}/metrics`, { headers })).text();
  expect(made).toContain('vega_eta_seconds{account="UPSTOX_01"} 0');
});

test('the SDK waits until the account is ready, and not longer than it was told', async () => {
  await using app = await openAt(MORNING);
  app.app.beginForecasts();
  expect(await app.client.ready()).toBe(false);
  expect(await app.client.ready({ by: new Date(Date.now() + 300) })).toBe(false);
  const waiting = app.client.ready({ by: new Date(Date.now() + 60_000) });
  await app.generate('mode: ALL');
  expect(await waiting).toBe(true);
  expect(await app.client.readiness()).toMatchObject({ verdict: 'READY' });
});

test('the command says it with its exit code', async () => {
  await using app = await openAt(MORNING);
  const run = async (options: Record<string, string | true> = {}) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const command = PROGRAM.commands?.find(({ name }) => name === 'ready');
    const env = { ...app.env, VEGA_PORT: new URL(app.url).port };
    const { signal } = new AbortController();
    const terminal = { env, workingDirectory: app.directory, input: new PassThrough(), out, err, signal };
    const code = await command?.run?.(terminal, options);
    return { code, text: String(out.read() ?? '') };
  };
  const before = await run();
  expect(before.code).toBe(1);
  expect(before.text).toContain('AT RISK for 09:00 IST');
  const waiting = run({ wait: true });
  await app.generate('mode: ALL');
  expect(await waiting).toMatchObject({ code: 0 });
});

test('a schedule counts only where this process starts what it says', async () => {
  await using app = await openAt('2026-11-23T05:00:00');
  await app.client.saveSchedule({ input: { startAt: '06:00', jitterSeconds: 0 } });
  expect(await ask(app)).toMatchObject({
    verdict: 'AT_RISK',
    probability: null,
    reasons: expect.arrayContaining([expect.objectContaining({ code: 'NOT_STARTED' })]),
  });
  app.app.beginSchedules();
  expect(await ask(app)).toMatchObject({ probability: expect.any(Number) });
});
