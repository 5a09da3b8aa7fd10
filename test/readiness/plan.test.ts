import { describe, expect, test } from 'vitest';
import type { AccountFacts } from '../../src/domain/readiness/account-facts.ts';
import { endOfLogin, firstTurns } from '../../src/domain/readiness/morning.ts';
import { OtpRate } from '../../src/domain/readiness/otp-rate.ts';
import { outlookOf } from '../../src/domain/readiness/outlook.ts';
import { prospectOf } from '../../src/domain/readiness/plan.ts';
import { byUrgency, READINESS_VERDICTS, type Readiness } from '../../src/domain/readiness/readiness.ts';
import { FAILURE_CODES } from '../../src/domain/run/failure.ts';
import { pendingStep, type RunStep } from '../../src/domain/run/generation-run.ts';
import { BELL, factsOf, inMinutes, NOW, runOf } from './account-facts.ts';

describe('what is to be made', () => {
  const two = ['PRIMARY', 'WEBSOCKET1'] as const;
  const prospect = (over: Partial<AccountFacts> = {}) => {
    const found = prospectOf(factsOf({ toMake: two, nextStart: null, ...over }), BELL, NOW);
    if (found === null) throw new Error('no prospect');
    const { stage, logins, others, isFresh, nextStart } = found.plan;
    return { stage, logins, others, isFresh, nextStart, needsPerson: found.needsPerson };
  };
  const steps: readonly RunStep[] = [
    { ...pendingStep('PRIMARY'), status: 'RUNNING', step: 'PIN' },
    { ...pendingStep('WEBSOCKET2'), status: 'DONE' },
  ];

  test('is nothing where every token is there', () => {
    expect(prospectOf(factsOf({ toMake: [] }), BELL, NOW)).toBeNull();
  });

  test('is made by the next start before the bell, where no person is needed before', () => {
    const alone = { logins: 2, others: 0, isFresh: true, nextStart: null, needsPerson: false };
    const startsAt = (at: Date) => ({ ...alone, stage: { kind: 'STARTS', at } });
    const byPerson = { ...startsAt(NOW), needsPerson: true };
    expect(prospect({ nextStart: inMinutes(5) })).toEqual(startsAt(inMinutes(5)));
    expect(prospect({ nextStart: inMinutes(-1) })).toEqual(startsAt(NOW));
    expect(prospect({ nextStart: inMinutes(5), cooldownUntil: inMinutes(9) })).toEqual(
      startsAt(inMinutes(9)),
    );
    expect(prospect({ nextStart: inMinutes(5), cooldownUntil: inMinutes(3) })).toEqual(
      startsAt(inMinutes(5)),
    );
    expect(prospect()).toEqual(byPerson);
    expect(prospect({ nextStart: BELL })).toEqual(byPerson);
    const obstacle = { message: '', nextAction: '' };
    expect(prospect({ nextStart: inMinutes(5), obstacle })).toEqual(byPerson);
  });

  test('is made by the run under way, and the rest by the start after it or by a person', () => {
    const going = { kind: 'LOGS_IN', waitsUntil: null } as const;
    expect(prospect({ toMake: ['PRIMARY'], run: runOf({ steps }) })).toMatchObject({
      ...{ stage: going, logins: 1, others: 0, isFresh: true, needsPerson: false },
    });
    expect(prospect({ run: runOf({ steps }), nextStart: inMinutes(20) })).toMatchObject({
      ...{ logins: 1, others: 1, nextStart: inMinutes(20), needsPerson: false },
    });
    expect(prospect({ run: runOf({ steps }) })).toMatchObject({ logins: 2, others: 0, needsPerson: true });
    const left = steps.map((step) => ({ ...step, status: 'SKIPPED' as const }));
    expect(prospect({ run: runOf({ steps: left }) })).toMatchObject({ logins: 3, needsPerson: true });
  });

  test('waits with its run for the browser, for the end of a cooldown, and not for one that is elsewhere', () => {
    const stageOf = (over: Partial<AccountFacts>) => prospect({ nextStart: inMinutes(30), ...over }).stage;
    const run = runOf({ steps });
    expect([
      stageOf({ run: { ...run, status: 'QUEUED' } }),
      stageOf({ run: { ...run, status: 'QUEUED' }, queuePlace: 3 }),
      stageOf({ run, queuePlace: 2 }),
      stageOf({ run: { ...run, status: 'COOLDOWN' }, cooldownUntil: inMinutes(9) }),
      stageOf({ run: { ...run, status: 'COOLDOWN' }, cooldownUntil: inMinutes(-9) }),
      stageOf({ run: { ...run, steps: [pendingStep('PRIMARY')], waitingUntil: inMinutes(2) } }),
      stageOf({
        run: {
          ...run,
          status: 'WAITING_OPERATOR',
          steps: [{ ...pendingStep('PRIMARY'), status: 'RUNNING', step: 'APPROVAL_WAIT' }],
        },
      }),
    ]).toEqual([
      { kind: 'QUEUED', place: 1 },
      { kind: 'QUEUED', place: 3 },
      { kind: 'QUEUED', place: 2 },
      { kind: 'RESTS', until: inMinutes(9) },
      { kind: 'RESTS', until: NOW },
      { kind: 'LOGS_IN', login: null, waitsUntil: inMinutes(2) },
      { kind: 'STARTS', at: inMinutes(30) },
    ]);
  });
});

test('an outlook is the share of mornings in time, and when half and nearly all of them are done', () => {
  const found = prospectOf(factsOf(), BELL, NOW);
  if (found === null) throw new Error('no prospect');
  const bell = BELL.getTime();
  const doneAt = [Float64Array.from([bell + 1, bell, Number.POSITIVE_INFINITY, bell - 2])];
  const tookMs = [Float64Array.from([40, 30, Number.POSITIVE_INFINITY, 20])];
  const outlook = (stage = found.plan.stage, mornings = { doneAt, tookMs }) => {
    const { probability, eta, etaWorst, safeMs } = outlookOf(
      { ...found, plan: { ...found.plan, stage } },
      mornings,
      0,
    );
    return [probability, eta, etaWorst, safeMs];
  };
  expect(outlook()).toEqual([0.5, bell, bell + 1, 40]);
  expect(outlook({ kind: 'QUEUED', place: 1 })).toEqual([0.5, bell, bell + 1, null]);
  expect(outlook(undefined, { doneAt: [], tookMs: [] })).toEqual([0, null, null, null]);
});

test('OTP requests of different accounts through one address keep an interval, those of one account do not', () => {
  const [one, other, shared] = [0, 1, 2];
  const never = Number.NEGATIVE_INFINITY;
  const rate = new OtpRate(
    [{ egress: 'a' }, { egress: 'b' }, { egress: 'a' }],
    Float64Array.from([50, 70, never]),
  );
  const ends = () => [rate.endsAt(one, 0, 10), rate.endsAt(one, 1, 10), rate.endsAt(other, 0, 10)];
  expect(ends()).toEqual([80, never, 80]);
  rate.note(shared, 2, 100);
  expect([...ends(), rate.endsAt(one, 2, 10)]).toEqual([110, 110, 80, never]);
  rate.note(one, 1, 90);
  expect(ends()).toEqual([110, 110, 80]);
  rate.begin();
  expect(ends()).toEqual([80, never, 80]);
  expect(new OtpRate([{ egress: 'a' }], new Float64Array()).endsAt(0, 0, 10)).toBe(never);
});

describe('the queue of a simulated morning', () => {
  const turns = (...over: readonly Partial<AccountFacts>[]) => {
    const plans = over.flatMap(
      (one) => prospectOf(factsOf({ toMake: ['PRIMARY'], ...one }), BELL, NOW)?.plan ?? [],
    );
    return firstTurns(plans, NOW.getTime()).map(({ account, readyAt, isUnderWay, isSpaced, holdsPage }) =>
      [
        account,
        (readyAt - NOW.getTime()) / 1000,
        isUnderWay && 'under way',
        isSpaced && 'spaced',
        holdsPage && 'page',
      ]
        .filter((part) => part !== false)
        .join(' '),
    );
  };
  const run = runOf({ steps: [pendingStep('PRIMARY')] });
  const phase = {
    step: 'OTP_SPACING',
    startedAt: NOW,
    endedAt: null,
    awaitsOperator: false,
    failure: null,
  } as const;
  const spacing = runOf({
    steps: [{ ...pendingStep('PRIMARY'), status: 'RUNNING', step: 'OTP_SPACING', phases: [phase] }],
  });

  test('begins with the places that the runs have, and with whoever has the browser', () => {
    expect(
      turns(
        { run: { ...run, status: 'QUEUED' }, queuePlace: 2 },
        { run: { ...run, status: 'QUEUED' }, queuePlace: 1 },
        { run },
        { run: { ...run, status: 'COOLDOWN' }, cooldownUntil: inMinutes(2) },
        { nextStart: inMinutes(3) },
      ),
    ).toEqual(['2 0 under way page', '3 120', '4 180', '1 0', '0 0']);
    expect(turns({ run: spacing, lastOtpAt: inMinutes(-1) })).toEqual(['0 100 spaced']);
    expect(turns({ run: spacing, lastOtpAt: null })).toEqual(['0 0 under way page']);
  });

  test('goes on after a login as its consequence says', () => {
    const ends = FAILURE_CODES.map((failure) => [failure, endOfLogin({ failure })] as const);
    const codesOf = (kind: string, isFinal?: boolean) =>
      ends.flatMap(([code, end]) =>
        end.kind === kind && (end.kind !== 'END' || end.isFinal === isFinal) ? code : [],
      );
    expect(endOfLogin({ failure: null })).toEqual({ kind: 'DONE' });
    expect([codesOf('PAUSE'), codesOf('END', false)]).toEqual([
      ['THROTTLED'],
      ['MAINTENANCE', 'BROKER_UNREACHABLE'],
    ]);
    expect(codesOf('LEFT_OUT')).toContain('APP_REJECTED');
    expect(codesOf('END', true)).toEqual(expect.arrayContaining(['CAPTCHA', 'CREDENTIALS_REJECTED']));
    for (const [, end] of ends) if (end.kind === 'END') expect(end.rests).toBe(!end.isFinal);
  });
});

test('the worst verdict comes first, and accounts without a session last', () => {
  const all = [...READINESS_VERDICTS, READINESS_VERDICTS[0]].map((verdict, index) => ({
    ...{ accountId: `UPSTOX_${9 - index}`, verdict },
  })) as unknown as readonly Readiness[];
  const sorted = all.toSorted(byUrgency).map(({ verdict, accountId }) => `${verdict} ${accountId}`);
  expect(sorted).toMatchInlineSnapshot(`
    [
      "TOO_LATE UPSTOX_6",
      "AT_RISK UPSTOX_7",
      "ON_TRACK UPSTOX_8",
      "READY UPSTOX_4",
      "READY UPSTOX_9",
      "NO_SESSION UPSTOX_5",
    ]
  `);
});
