import { describe, expect, test } from 'vitest';
import {
  accountQuarantined,
  databaseRestored,
  databaseUnwritable,
  gateOpened,
  personAwaited,
  runStopped,
  startMissed,
  storageDamaged,
  tokensComplete,
  yearlyTokenExpiring,
} from '../../src/domain/alert/alert-drafts.ts';
import { bodyOf, titleOf } from '../../src/domain/alert/alert-words.ts';
import { dialogAsBefore, dialogDrifted } from '../../src/domain/alert/drift-drafts.ts';
import {
  isToldOf,
  onTrackAgain,
  tellingBegins,
  willBeLate,
} from '../../src/domain/alert/readiness-drafts.ts';
import type { CanaryReport } from '../../src/domain/canary/canary-report.ts';
import type { Readiness } from '../../src/domain/readiness/readiness.ts';
import { type FailureCode, NEXT_ACTIONS } from '../../src/domain/run/failure.ts';
import {
  type GenerationRun,
  type LoginStep,
  pendingStep,
  type RunStep,
} from '../../src/domain/run/generation-run.ts';

const NOW = new Date('2026-11-27T06:00:00+05:30');
const UNTIL = new Date('2026-11-27T06:05:00+05:30');

const run = (steps: readonly RunStep[], waitingUntil: Date | null = UNTIL): GenerationRun => ({
  ...{ id: 'a-run', accountId: 'UPSTOX_01', mode: 'ALL', status: 'WAITING_OPERATOR', startedAt: NOW },
  ...{ endedAt: null, waitingUntil, steps },
});
const failed = (apiName: RunStep['apiName'], code: FailureCode): RunStep => ({
  ...pendingStep(apiName),
  status: 'FAILED',
  failure: { code, message: '', nextAction: '', submitted: [] },
});

describe('a person is called', () => {
  const waiting = (step: LoginStep) =>
    run([pendingStep('PRIMARY'), { ...pendingStep('WEBSOCKET1'), status: 'RUNNING', step }]);

  test('for a CAPTCHA, and for an approval on the phone', () => {
    expect(personAwaited(waiting('MOBILE'), NOW)).toEqual({
      ...{ kind: 'HUMAN_NEEDED', accountId: 'UPSTOX_01', fact: 'a-run waits 2026-11-27T00:30:00.000Z' },
      title: 'UPSTOX_01: a CAPTCHA waits for a person',
      text: 'The run waits until 06:05 IST for WEBSOCKET1. Solve the CAPTCHA in the browser window of the program.',
    });
    expect(personAwaited(waiting('APPROVAL_WAIT'), NOW)).toMatchObject({
      title: 'UPSTOX_01: an approval on the phone waits for a person',
      text: 'The run waits until 06:05 IST for the approval of WEBSOCKET1 in the broker’s app. Approve it there.',
    });
  });

  test('neither to a login of their own nor where nothing waits', () => {
    expect(personAwaited(waiting('HUMAN_LOGIN'), NOW)).toBeNull();
    expect(personAwaited({ ...waiting('MOBILE'), waitingUntil: null }, NOW)).toBeNull();
    expect(personAwaited(run([pendingStep('PRIMARY')]), NOW)).toBeNull();
  });

  test('to a run that stopped, with every failure and each advice once', () => {
    const steps = [
      { ...pendingStep('PRIMARY'), status: 'DONE' as const },
      ...[failed('WEBSOCKET1', 'CAPTCHA'), failed('WEBSOCKET2', 'CAPTCHA'), pendingStep('WEBSOCKET3')],
    ];
    expect(runStopped(run(steps))).toEqual({
      ...{ kind: 'HUMAN_NEEDED', accountId: 'UPSTOX_01', fact: 'a-run stopped' },
      title: 'UPSTOX_01: the run stopped with 1 of 4 tokens',
      text: `WEBSOCKET1: CAPTCHA.\nWEBSOCKET2: CAPTCHA.\n${NEXT_ACTIONS.CAPTCHA}`,
    });
    expect(runStopped(run([pendingStep('PRIMARY')])).text).toBe(
      'Look at the run, and generate what is missing.',
    );
  });
});

test('facts of an account, of a start and of the storage are told with what to do, each under a name of its own', () => {
  const expiring = { kind: 'ANALYTICS', fingerprint: 'abcd', expiresAt: UNTIL };
  expect([
    accountQuarantined('UPSTOX_01', 'CREDENTIALS_REJECTED', NOW),
    startMissed('UPSTOX_01', '2026-11-27', 'The machine slept.'),
    databaseUnwritable('SQLITE_FULL', 'MEMORY', NOW),
    databaseUnwritable('53100', 'SPILL', NOW),
    storageDamaged('The audit is not whole.', NOW),
    yearlyTokenExpiring('UPSTOX_01', expiring, 7),
    yearlyTokenExpiring('UPSTOX_01', expiring, 1),
  ]).toMatchInlineSnapshot(`
    [
      {
        "accountId": "UPSTOX_01",
        "fact": "UPSTOX_01 2026-11-27T00:30:00.000Z",
        "kind": "QUARANTINED",
        "text": "Nothing is tried until an operator ends the quarantine. Check the mobile number, PIN and TOTP secret by logging in by hand. Do not generate again before: five wrong PINs lock the account.",
        "title": "UPSTOX_01 is quarantined: the broker rejected its credentials",
      },
      {
        "accountId": "UPSTOX_01",
        "fact": "UPSTOX_01 2026-11-27",
        "kind": "MISSED",
        "text": "The machine slept. Generate what is missing, and look why the program could not start it.",
        "title": "UPSTOX_01: the scheduled start of 2026-11-27 was missed",
      },
      {
        "accountId": null,
        "fact": "unwritable 2026-11-27T00:30:00.000Z",
        "holdMs": 3000,
        "kind": "STORAGE",
        "text": "SQLite answers SQLITE_FULL. Memory and the spill file take over, so nothing is lost. Run \`vega-auth doctor\`: it says what to do.",
        "title": "The database cannot be written",
      },
      {
        "accountId": null,
        "fact": "unwritable 2026-11-27T00:30:00.000Z",
        "holdMs": 3000,
        "kind": "STORAGE",
        "text": "PostgreSQL answers 53100, or not at all. What exists already goes to the spill file, so nothing is lost; nothing else begins. Run \`vega-auth doctor\`: it says what to do.",
        "title": "The database cannot be written",
      },
      {
        "accountId": null,
        "fact": "damaged 2026-11-27T00:30:00.000Z The audit is not whole.",
        "kind": "STORAGE",
        "text": "The audit is not whole. Run \`vega-auth doctor\` and look at the audit log.",
        "title": "The stored data is not whole",
      },
      {
        "accountId": "UPSTOX_01",
        "fact": "UPSTOX_01 ANALYTICS abcd 7",
        "kind": "EXPIRING",
        "text": "It ends at 2026-11-27 06:05 IST, and no login makes it anew. Make one at the broker and import it (importToken).",
        "title": "UPSTOX_01: the ANALYTICS token ends within 7 days",
      },
      {
        "accountId": "UPSTOX_01",
        "fact": "UPSTOX_01 ANALYTICS abcd 1",
        "kind": "EXPIRING",
        "text": "It ends at 2026-11-27 06:05 IST, and no login makes it anew. Make one at the broker and import it (importToken).",
        "title": "UPSTOX_01: the ANALYTICS token ends within a day",
      },
    ]
  `);
});

test('what is over is told as such', () => {
  expect([
    databaseRestored(12),
    tokensComplete('UPSTOX_01'),
    gateOpened('UPSTOX_01'),
    onTrackAgain('UPSTOX_01'),
    dialogAsBefore('UPSTOX_01'),
  ]).toMatchInlineSnapshot(`
    [
      {
        "text": "It was out of order for 12 s; everything that waited for it is stored.",
        "title": "The database can be written again",
      },
      {
        "text": "What was reported before is over. Nothing is to be done.",
        "title": "UPSTOX_01 has its tokens",
      },
      {
        "text": "What was reported before is over. Nothing is to be done.",
        "title": "UPSTOX_01 is confirmed: the gate is open",
      },
      {
        "text": "Its tokens are expected to be there by the bell. Nothing is to be done.",
        "title": "UPSTOX_01 is on track again",
      },
      {
        "text": "The login page is one that the login knows. Nothing is to be done.",
        "title": "UPSTOX_01: the login finds its way again",
      },
    ]
  `);
});

test('a drift of the login page is told with its changes, and a CAPTCHA as one', () => {
  const report: CanaryReport = {
    ...{ id: 'a-look', accountId: 'UPSTOX_01', apiName: 'PRIMARY', at: NOW, origin: 'SCHEDULE' },
    ...{ verdict: 'DRIFT', message: 'It has changed.', nextAction: 'Look at it.', failure: null },
    ...{ changes: ['input gone: tel', 'input new: text'], comparedWith: null },
  };
  expect(dialogDrifted(report)).toEqual({
    ...{ kind: 'DRIFT', accountId: 'UPSTOX_01', fact: 'a-look' },
    title: 'UPSTOX_01: the login page is not as it was',
    text: 'PRIMARY: It has changed.\ninput gone: tel\ninput new: text\nLook at it.',
  });
  expect(dialogDrifted({ ...report, failure: 'CAPTCHA' }).title).toBe(
    'UPSTOX_01: the login page shows a CAPTCHA',
  );
});

describe('a forecast', () => {
  const bell = new Date('2026-11-27T09:00:00+05:30');
  const readiness = (parts: Partial<Readiness> = {}): Readiness => ({
    ...{ accountId: 'UPSTOX_01', verdict: 'AT_RISK', bell, eta: null, etaWorst: null, latestSafeStart: null },
    ...{ probability: null, confidence: 'HIGH', missing: ['PRIMARY', 'WEBSOCKET1'], session: null },
    ...{ reasons: [], computedAt: NOW },
    ...parts,
  });

  test('is told from four hours before the bell until a quarter of an hour after it', () => {
    const beside = (minutes: number, ms = 0) => new Date(bell.getTime() + minutes * 60_000 + ms);
    const moments = [beside(-240, -1), beside(-240), beside(15), beside(15, 1)];
    expect(moments.map((now) => isToldOf(readiness(), now))).toEqual([false, true, true, false]);
    expect(tellingBegins(bell)).toEqual(beside(-240));
    expect(isToldOf(readiness({ bell: null }), bell)).toBe(false);
  });

  test('says how many tokens may be late, why, and until when a start is in time', () => {
    const reason = {
      code: 'NOT_STARTED',
      message: 'Nothing starts.',
      nextAction: 'Start.',
      minutes: null,
    } as const;
    const parts = { reasons: [reason], latestSafeStart: UNTIL };
    expect(willBeLate(readiness(parts), 'AT_RISK')).toEqual({
      ...{ kind: 'AT_RISK', accountId: 'UPSTOX_01', fact: 'UPSTOX_01 2026-11-27T00:30:00.000Z' },
      title: 'UPSTOX_01: 2 tokens may not be there by 09:00 IST',
      text: 'Nothing starts. Start.\nLatest safe start: 06:05 IST.',
    });
    expect(willBeLate(readiness(), 'TOO_LATE')).toMatchObject({
      ...{ kind: 'TOO_LATE', title: 'UPSTOX_01: 2 tokens will not be there by 09:00 IST', text: '' },
    });
  });
});

test('a message says whether it was escalated, when it was raised and how it is acknowledged', () => {
  const message = {
    id: 'a',
    kind: 'AT_RISK',
    title: 'Late.',
    text: 'Start.',
    raisedAt: NOW,
    accountId: null,
  } as const;
  const shown = (isEscalated: boolean, acknowledgeUrl: string | null) => {
    const all = { ...message, isEscalated, acknowledgeUrl } as never;
    return [titleOf(all), bodyOf(all)];
  };
  expect(shown(false, null)).toEqual(['Late.', 'Start.\nRaised 2026-11-27 06:00:00 IST.']);
  expect(shown(true, 'https://desk.example/a')).toEqual([
    'Not acknowledged yet: Late.',
    'Start.\nRaised 2026-11-27 06:00:00 IST.\nAcknowledge: https://desk.example/a',
  ]);
});
