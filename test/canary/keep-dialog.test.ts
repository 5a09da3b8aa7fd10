import { expect, test } from 'vitest';
import { findLandmarks, insertReport, keepLandmarks } from '../../src/db/queries/canary.ts';
import { type CanaryReport, judge } from '../../src/domain/canary/canary-report.ts';
import { type Landmarks, withOffers } from '../../src/domain/canary/landmarks.ts';
import { keepDialog } from '../../src/services/browser-login/keep-dialog.ts';
import { openTestApp } from '../support/test-app.ts';

const ACCOUNT = 'UPSTOX_01';
const OF = { accountId: ACCOUNT, apiName: 'PRIMARY' } as const;

const KEPT: Landmarks = {
  step: 'MOBILE',
  own: ['input type=tel'],
  words: [],
  scripts: ['cdn.example', 'inline 1', 'old.example'],
  inputs: [],
  buttons: [],
  headings: ['Log in'],
  frames: [],
};
/** A login reads the page before its scripts are known. */
const BY_LOGIN: Landmarks = { ...KEPT, scripts: ['inline 1'] };

const verdictOf = (landmarks: Landmarks, kept: Landmarks) =>
  judge({ kind: 'PAGE', landmarks, failure: null }, { landmarks: kept, at: new Date(0) });

test.each([
  ['gone', ['cdn.example', 'inline 1']],
  ['failing', [...KEPT.scripts, 'error']],
])(
  'a drift about a %s script ends with a good login, and is none for the next look',
  async (_what, scripts) => {
    await using desk = await openTestApp({ apis: 1 });
    const { database } = desk.app.parts;
    const page = { ...KEPT, scripts };
    const drift = verdictOf(page, KEPT);
    expect(drift.verdict).toBe('DRIFT');
    const at = new Date('2026-11-29T20:30:00+05:30');
    const report: CanaryReport = { ...OF, ...drift, id: 'one', at, origin: 'OPERATOR', comparedWith: at };
    await database.write(async (transaction) => {
      await keepLandmarks(transaction, OF, { landmarks: KEPT, at: new Date(at.getTime() - 1000) });
      await insertReport(transaction, report, null);
    });
    const later = { database, clock: () => new Date(at.getTime() + 1000) };
    const login = { account: { id: ACCOUNT }, config: { apiName: 'PRIMARY' } } as const;
    await keepDialog(later, login, { landmarks: BY_LOGIN, dismissed: [] });
    const kept = await findLandmarks(database.read, ACCOUNT, 'PRIMARY');
    expect(verdictOf(page, kept?.landmarks ?? KEPT).verdict).toBe('CHANGED');
  },
);

test('a page with a script that fails is not kept to compare others with', async () => {
  await using desk = await openTestApp({
    apis: 1,
    simulator: { knobs: { pageScript: 'throw new Error("broken")' } },
  });
  const { data } = await desk.ask('mutation { runCanary { verdict } }');
  expect(data.runCanary).toEqual([{ verdict: 'SAME' }]);
  expect(desk.rows('select * from vega_dialog_landmarks')).toEqual([]);
});

test('an offer that a login has turned down is none that stops the next one', async () => {
  await using desk = await openTestApp({ apis: 1 });
  const { database } = desk.app.parts;
  const login = { account: { id: ACCOUNT }, config: { apiName: 'PRIMARY' } } as const;
  const offered = withOffers(KEPT, ['Not now']);
  expect(verdictOf(offered, KEPT).verdict).toBe('DRIFT');
  await database.write((transaction) => keepLandmarks(transaction, OF, { landmarks: KEPT, at: new Date(0) }));
  await keepDialog({ database, clock: () => new Date(1000) }, login, {
    landmarks: BY_LOGIN,
    dismissed: ['Not now'],
  });
  const kept = await findLandmarks(database.read, ACCOUNT, 'PRIMARY');
  expect(verdictOf(offered, kept?.landmarks ?? KEPT).verdict).toBe('SAME');
});
