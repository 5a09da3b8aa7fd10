import { expect, test } from 'vitest';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import type { ServiceFault } from '../../src/simulator/faults.ts';
import { plantToken } from '../support/plant.ts';
import { actsIn, DeskClock, kindsIn, MORNING, openDesk, probe, SUNDAY, verdictsOf } from './desk.ts';

test('every role is probed with one question, and every socket is closed before the next one opens', async () => {
  await using app = await openDesk(new DeskClock(MORNING));
  expect(await probe(app)).toEqual([
    'PRIMARY CAPABLE 200',
    'WEBSOCKET1 CAPABLE 101',
    'WEBSOCKET2 CAPABLE 101',
    'WEBSOCKET3 CAPABLE 101',
    'OPTIONCHAIN1 CAPABLE 200',
    'OPTIONCHAIN2 CAPABLE 200',
  ]);
  const socket = ['FEED', 'FEED_CLOSED'];
  await expect
    .poll(() => kindsIn(app).filter((kind) => socket.includes(kind)))
    .toEqual([...socket, ...socket, ...socket]);
  const asked = ['FUNDS', 'FEED_AUTHORIZE', 'OPTION_CHAIN'];
  expect(kindsIn(app).filter((kind) => asked.includes(kind))).toEqual([
    ...['FUNDS', 'FEED_AUTHORIZE', 'FEED_AUTHORIZE', 'FEED_AUTHORIZE', 'OPTION_CHAIN', 'OPTION_CHAIN'],
  ]);
  expect(app.broker.feedSockets.get(app.broker.account.userId)).toEqual({ open: 0, maxOpen: 1, total: 3 });
  expect(actsIn(app)).toEqual([]);
});

const CASES: readonly (readonly [ServiceFault, string])[] = [
  ['forbidden', 'NOT_CAPABLE REFUSED 403 UDAPI100067'],
  ['unauthorized', 'NOT_CAPABLE REFUSED 401 UDAPI100050'],
  ['gateway-forbidden', 'NOT_KNOWN BROKER_ERROR 403'],
  ['cloudflare-html', 'NOT_KNOWN BROKER_ERROR 403'],
  ['rate-limited', 'NOT_KNOWN RATE_LIMITED 429 UDAPI10005'],
  ['service-closed', 'NOT_KNOWN BROKER_ERROR 423 UDAPI100072'],
  ['server-error', 'NOT_KNOWN BROKER_ERROR 500 UDAPI100500'],
  ['nonsense', 'NOT_KNOWN NOT_UNDERSTOOD 200'],
  ['hang', 'NOT_KNOWN TIMEOUT'],
  ['reset', 'NOT_KNOWN NETWORK'],
];

test('only the broker itself can refuse a call, and no refusal makes a token INVALID', async () => {
  const roles = ['PRIMARY', 'WEBSOCKET1', 'OPTIONCHAIN1'] as const satisfies readonly ApiName[];
  await using app = await openDesk(new DeskClock(MORNING), { tokens: roles });
  expect(await app.client.tokenStatus()).toMatchObject({ valid: roles });
  for (const [fault, result] of CASES) {
    Object.assign(app.broker.faults, { funds: fault, optionChain: fault, feedAuthorize: fault });
    // The refusal of one token says nothing of the next.
    app.change('delete from vega_capabilities');
    expect([fault, ...(await probe(app, ...roles))]).toEqual([
      fault,
      ...roles.map((role) => `${role} ${result}`),
    ]);
  }
  expect(await app.client.tokenStatus()).toMatchObject({ valid: roles, invalid: [] });
  expect(app.rows('select * from vega_token_marks')).toEqual([]);
  const changes = app.rows("select message from vega_audit_entries where kind = 'VERDICT_CHANGED'");
  expect(changes.filter(({ message }) => !message.includes('→ VALID'))).toEqual([]);
  expect(actsIn(app)).toEqual([]);
});

test('an authorized feed whose handshake is refused is NOT_CAPABLE, and is kept and audited', async () => {
  await using app = await openDesk(new DeskClock(MORNING), { simulator: { scenario: 'feed-refused' } });
  const before = await verdictsOf(app);
  expect(await probe(app, 'WEBSOCKET1', 'WEBSOCKET2')).toEqual([
    'WEBSOCKET1 CAPABLE 101',
    'WEBSOCKET2 NOT_CAPABLE FEED_REFUSED 403',
  ]);
  expect(await verdictsOf(app)).toEqual(before);
  expect(before).toEqual(['VALID']);
  const kept = app.rows('select api_name, result, reason, http_status from vega_capabilities');
  expect(kept).toContainEqual({
    ...{ api_name: 'WEBSOCKET2', result: 'NOT_CAPABLE' },
    ...{ reason: 'FEED_REFUSED', http_status: 403 },
  });
  const audited = app.rows(
    "select api_name, severity, message from vega_audit_entries where kind like 'CAPABILITY%' order by sequence",
  );
  expect(audited).toEqual([
    { api_name: 'WEBSOCKET1', severity: 'INFO', message: 'Probe FEED: CAPABLE (HTTP 101).' },
    {
      ...{ api_name: 'WEBSOCKET2', severity: 'WARN' },
      message: 'Probe FEED: NOT_CAPABLE (FEED_REFUSED, HTTP 403).',
    },
  ]);
  const { data } = await app.ask('{ roles { apiName verdict capabilities { probe result reason } } }');
  expect(data.roles[2]).toEqual({
    apiName: 'WEBSOCKET2',
    verdict: 'VALID',
    capabilities: [{ probe: 'FEED', result: 'NOT_CAPABLE', reason: 'FEED_REFUSED' }],
  });
});

test('a refusal stays until the token is seen to work; what is not known only tells when it was asked', async () => {
  const clock = new DeskClock(MORNING);
  await using app = await openDesk(clock, { tokens: ['PRIMARY'], apis: 1 });
  const checkedAt = async () => (await app.client.capabilities()).map((one) => one.checkedAt);
  app.broker.faults.funds = 'forbidden';
  expect(await probe(app)).toEqual(['PRIMARY NOT_CAPABLE REFUSED 403 UDAPI100067']);
  const first = await checkedAt();
  app.broker.faults.funds = 'server-error';
  clock.set('2026-11-23T08:40:00');
  expect(await probe(app)).toEqual(['PRIMARY NOT_CAPABLE REFUSED 403 UDAPI100067']);
  expect(await checkedAt()).not.toEqual(first);
  app.broker.faults.funds = 'none';
  expect(await probe(app)).toEqual(['PRIMARY CAPABLE 200']);
  // That it once worked does not say that it does.
  app.broker.faults.funds = 'server-error';
  expect(await probe(app)).toEqual(['PRIMARY NOT_KNOWN BROKER_ERROR 500 UDAPI100500']);
  app.broker.faults.funds = 'forbidden';
  await probe(app);
  plantToken(app, 'PRIMARY');
  app.broker.faults.funds = 'server-error';
  expect(await probe(app)).toEqual(['PRIMARY NOT_KNOWN BROKER_ERROR 500 UDAPI100500']);
});

test('no market data is asked for while the market is closed', async () => {
  const clock = new DeskClock(SUNDAY);
  await using app = await openDesk(clock);
  const closed = ['WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'];
  expect(await probe(app)).toEqual([
    'PRIMARY CAPABLE 200',
    ...closed.map((role) => `${role} NOT_KNOWN MARKET_CLOSED`),
  ]);
  expect(kindsIn(app).filter((kind) => kind.startsWith('FEED') || kind === 'OPTION_CHAIN')).toEqual([]);
});

test('the time of a refusal stays where the broker was not asked again', async () => {
  const clock = new DeskClock(MORNING);
  await using app = await openDesk(clock, { tokens: ['OPTIONCHAIN1'] });
  const kept = () => app.rows('select result, checked_at from vega_capabilities');
  app.broker.faults.optionChain = 'forbidden';
  expect(await probe(app, 'OPTIONCHAIN1')).toEqual(['OPTIONCHAIN1 NOT_CAPABLE REFUSED 403 UDAPI100067']);
  const refused = kept();
  clock.set('2026-11-23T15:40:00');
  expect(await probe(app, 'OPTIONCHAIN1')).toEqual(['OPTIONCHAIN1 NOT_CAPABLE REFUSED 403 UDAPI100067']);
  expect(kindsIn(app).filter((kind) => kind === 'OPTION_CHAIN')).toHaveLength(1);
  expect(kept()).toEqual(refused);
});

test('a refusal on a day that may be a holiday says nothing', async () => {
  // A weekday of a year of which no list is known.
  const clock = new DeskClock('2031-01-15T10:00:00');
  await using app = await openDesk(clock, { tokens: [] });
  plantToken(app, 'WEBSOCKET1', { validity_at: '2031-01-16 03:30:00' });
  app.broker.faults.feed = 'handshake-forbidden';
  expect(await probe(app, 'WEBSOCKET1')).toEqual(['WEBSOCKET1 NOT_KNOWN MARKET_UNCERTAIN 403']);
  app.broker.faults.feed = 'none';
  expect(await probe(app, 'WEBSOCKET1')).toEqual(['WEBSOCKET1 CAPABLE 101']);
});

test('a token that does not work is not probed, and a new token is not known by the old one’s answer', async () => {
  await using app = await openDesk(new DeskClock(MORNING), { apis: 2, tokens: ['PRIMARY'] });
  expect(await probe(app)).toEqual(['PRIMARY CAPABLE 200', 'WEBSOCKET1 NOT_KNOWN TOKEN_NOT_VALID']);
  plantToken(app, 'PRIMARY');
  expect(await app.client.capabilities()).toMatchObject([
    { apiName: 'PRIMARY', result: 'NOT_KNOWN', reason: 'NOT_ASKED', checkedAt: null },
    { apiName: 'WEBSOCKET1', result: 'NOT_KNOWN', reason: 'TOKEN_NOT_VALID' },
  ]);
});

test('without VEGA_PROBES the broker is asked nothing', async () => {
  await using app = await openDesk(new DeskClock(MORNING), { env: { VEGA_PROBES: 'false' } });
  app.app.beginProbes();
  await expect(app.client.probeCapabilities()).rejects.toMatchObject({ code: 'WRONG_STATE' });
  const known = await app.client.capabilities();
  expect(new Set(known.map(({ reason }) => reason))).toEqual(new Set(['PROBES_OFF']));
  expect(kindsIn(app).filter((kind) => kind !== 'PROFILE' && kind !== 'CALENDAR')).toEqual([]);
});

test('calls for the same roles at once share their answers, and a role that is not there is refused', async () => {
  await using app = await openDesk(new DeskClock(MORNING), { apis: 2, tokens: ['PRIMARY', 'WEBSOCKET1'] });
  const [one, other] = await Promise.all([probe(app), probe(app)]);
  expect(one).toEqual(other);
  expect(app.broker.feedSockets.get(app.broker.account.userId)).toMatchObject({ maxOpen: 1, total: 1 });
  await expect(probe(app, 'WEBSOCKET3')).rejects.toMatchObject({ code: 'API_NOT_CONFIGURED' });
});

test('roles that share a token are probed with one question, and one socket', async () => {
  await using app = await openDesk(new DeskClock(MORNING), { apis: 2, tokens: ['PRIMARY'] });
  for (const apiName of ['WEBSOCKET1', 'WEBSOCKET2'] as const)
    await app.client.assignRole({ input: { apiName, credential: 'SHARED', sharedWith: 'PRIMARY' } });
  expect(await probe(app)).toEqual([
    'PRIMARY CAPABLE 200',
    'WEBSOCKET1 CAPABLE 101',
    'WEBSOCKET2 CAPABLE 101',
  ]);
  expect(app.broker.feedSockets.get(app.broker.account.userId)).toMatchObject({ total: 1 });
  expect(await app.client.roles()).toMatchObject([
    { apiName: 'PRIMARY', capabilities: [{ probe: 'FUNDS', result: 'CAPABLE' }] },
    { apiName: 'WEBSOCKET1', capabilities: [{ probe: 'FEED', result: 'CAPABLE' }] },
    { apiName: 'WEBSOCKET2', capabilities: [{ probe: 'FEED', result: 'CAPABLE' }] },
  ]);
});
