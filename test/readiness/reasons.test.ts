import { describe, expect, test } from 'vitest';
import { API_NAMES } from '../../src/domain/account/api-name.ts';
import { type AccountFacts, isReadyForBell } from '../../src/domain/readiness/account-facts.ts';
import { type ReasonFacts, reasonsOf } from '../../src/domain/readiness/forecast-reasons.ts';
import { prospectOf } from '../../src/domain/readiness/plan.ts';
import { BELL, calmDays, factsOf, inMinutes, NOW } from './account-facts.ts';

/** The reasons of an account, by default of one that has one token to make and starts by itself. */
const reasons = (over: Partial<AccountFacts> = {}, known: Partial<ReasonFacts> = {}) => {
  const facts = factsOf({ toMake: ['PRIMARY'], ...over });
  const prospect = prospectOf(facts, BELL, NOW);
  const figures = { probability: 1, eta: null, etaWorst: null, safeMs: null };
  return reasonsOf({
    ...{ facts, bell: BELL, hasBrowser: true, now: NOW, isBellOver: false, confidence: 'HIGH' },
    ...{ outlook: prospect === null ? null : { ...prospect, ...figures }, latestSafeStart: null },
    ...known,
  });
};
const texts = (...args: Parameters<typeof reasons>) =>
  reasons(...args).map(
    ({ code, message, minutes }) => `${code}${minutes === null ? '' : ` ${minutes} min`}: ${message}`,
  );

const NOTHING = { toMake: [] } as const;
const advice = { message: 'The page is another one.', nextAction: 'Look at it.' };

test('nothing keeps a calm account from being READY', () => {
  expect(reasons()).toEqual([]);
});

describe('what stops an account', () => {
  test.for<[Partial<AccountFacts>, Partial<ReasonFacts>, readonly string[]]>([
    [{}, { isBellOver: true }, ['BELL_PASSED: The bell was at 09:00 IST.']],
    [{ hasDatabase: false }, {}, ['DATABASE: The database cannot be written: what is known is not certain.']],
    [{ isConfigured: false }, {}, ['NOT_CONFIGURED: There is nothing to log in with, or no API app.']],
    [{}, { hasBrowser: false }, ['NO_WORKER: No worker is connected, so no run is executed.']],
    [{ ...NOTHING, isGateOpen: true }, { hasBrowser: false }, []],
    [
      { unknown: ['PRIMARY', 'WEBSOCKET1'] },
      {},
      ['TOKENS_UNKNOWN: Nobody knows whether the tokens of PRIMARY, WEBSOCKET1 work.'],
    ],
    [{ drift: advice }, {}, ['PAGE_DRIFT: The page is another one.']],
    [{ ...NOTHING, isGateOpen: true, drift: advice }, {}, []],
    [
      { notCapable: ['WEBSOCKET1', 'WEBSOCKET2'] },
      {},
      ['NOT_CAPABLE: The broker refuses their work to WEBSOCKET1, WEBSOCKET2.'],
    ],
    [{ byHand: ['WEBSOCKET1'] }, {}, ['PERSON_NEEDED: No login makes the token of WEBSOCKET1.']],
    [{ obstacle: advice }, {}, ['PERSON_NEEDED: The page is another one.']],
    [{ ...NOTHING }, {}, ['GATE_SHUT: All tokens work, and the gate is shut.']],
    [{ ...NOTHING, isGateOpen: true }, {}, []],
    [
      { ...NOTHING, unknown: ['PRIMARY'] },
      {},
      ['TOKENS_UNKNOWN: Nobody knows whether the tokens of PRIMARY work.'],
    ],
    [
      { ...NOTHING, isConfigured: false },
      {},
      ['NOT_CONFIGURED: There is nothing to log in with, or no API app.'],
    ],
  ])('%j, %j', ([over, known, expected]) => {
    expect(texts(over, known)).toEqual(expected);
  });

  test('and that nothing starts, with the minutes that are left for a start', () => {
    const message = 'Nothing makes the missing tokens by itself.';
    const idle = { nextStart: null };
    expect(texts(idle)).toEqual([`NOT_STARTED: ${message}`]);
    expect(texts(idle, { latestSafeStart: inMinutes(20.5) })).toEqual([`NOT_STARTED 21 min: ${message}`]);
    expect(texts(idle, { latestSafeStart: inMinutes(-5) })).toEqual([`NOT_STARTED 0 min: ${message}`]);
  });

  test('and a start that comes too late', () => {
    const late = { nextStart: inMinutes(30) };
    const message = 'The next start at 08:30 IST is after the latest safe one.';
    expect(texts(late, { latestSafeStart: inMinutes(20) })).toEqual([`STARTS_LATE 20 min: ${message}`]);
    expect(texts(late, { latestSafeStart: inMinutes(-1) })).toEqual([`STARTS_LATE 0 min: ${message}`]);
    expect(texts(late, { latestSafeStart: inMinutes(30) })).toEqual([]);
    expect(texts(late)).toEqual([]);
  });

  test('has an advice of its own where one is known', () => {
    const nextActions = (over: Partial<AccountFacts>) => reasons(over).map(({ nextAction }) => nextAction);
    expect([
      nextActions({ isConfigured: false }),
      nextActions({ drift: advice }),
      nextActions({ obstacle: advice }),
      nextActions({ byHand: ['WEBSOCKET1'] }),
      nextActions(NOTHING),
      nextActions({ hasDatabase: false }),
    ]).toEqual([
      ['Generate the missing ones.'],
      ['Look at it.'],
      ['Look at it.'],
      ['Import it (importToken), or assign another credential (assignRole).'],
      ['Generate the missing ones.'],
      ['Run `vega-auth doctor`: it says what keeps the database from being written, and the cure.'],
    ]);
  });
});

describe('what takes an account its time', () => {
  test('is a cooldown, the browser, or those before it in the queue', () => {
    expect(texts({ cooldownUntil: inMinutes(10.5) })).toEqual([
      'COOLDOWN 11 min: The broker rests until 08:10 IST.',
    ]);
    expect(texts({ queuePlace: 2 })).toEqual([
      'QUEUE: The account is number 2 of those that wait for the browser.',
    ]);
    expect(texts({ queuePlace: 2, isBrowserTaken: true })).toEqual([
      'BROWSER_BUSY: Another process has the browser.',
    ]);
  });

  test('is the interval between its OTP requests, where each login may want one', () => {
    const three = { toMake: API_NAMES.slice(0, 3) };
    const wait = ['OTP_SPACING 6 min: 3 logins lie at least 6 min apart.'];
    expect(texts(three)).toEqual(wait);
    expect(texts({ ...three, earlier: [] })).toEqual(wait);
    expect(texts({ ...three, otpSpacingMs: 0 })).toEqual([]);
    const withSession = calmDays(40).map((login) => (login.isFirst ? login : { ...login, afterOtpMs: null }));
    expect(texts({ ...three, earlier: withSession })).toEqual([]);
  });
});

describe('what is uncertain', () => {
  const failing = [{ ...calmDays(1)[0], failure: 'CAPTCHA' } as const, ...calmDays(1)] as never;

  test('are logins that brought no token, where one has to be made', () => {
    expect(texts({ earlier: failing })).toEqual(['FAILURES: Of the last 7 logins 1 brought no token.']);
    expect(texts({ ...NOTHING, isGateOpen: true, earlier: failing })).toEqual([]);
  });

  test('is a forecast of few measurements, and the day itself', () => {
    expect(texts({ isCalendarUncertain: true }, { confidence: 'LOW' })).toEqual([
      'FEW_MEASUREMENTS: Few logins of this account were measured so far.',
      'CALENDAR_UNCERTAIN: It is not certain that there is a session that day.',
    ]);
    expect(texts({}, { confidence: 'MEDIUM' })).toEqual([]);
  });
});

test('READY is an account with every token, or with PRIMARY where the rest is accepted', () => {
  const ready = { isGateOpen: true, toMake: [] } as const;
  const isReady = (over: Partial<AccountFacts>) => isReadyForBell(factsOf({ ...ready, ...over }));
  expect(isReady({})).toBe(true);
  const short = { toMake: ['PRIMARY'], byHand: ['PRIMARY'], unknown: ['PRIMARY'] } as const;
  for (const [name, apis] of Object.entries(short)) {
    expect([name, isReady({ [name]: apis })]).toEqual([name, false]);
    expect([name, isReady({ [name]: apis, isPartialAccepted: true })]).toEqual([name, true]);
  }
  expect(isReady({ isGateOpen: false })).toBe(false);
});
