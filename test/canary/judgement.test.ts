import { describe, expect, test } from 'vitest';
import { atIst } from '../../src/domain/calendar/ist-date.ts';
import { type CanaryReport, isNewDrift, judge } from '../../src/domain/canary/canary-report.ts';
import { dueSlot } from '../../src/domain/canary/canary-slot.ts';
import {
  acceptedAfter,
  bounded,
  compareLandmarks,
  hasFailedScript,
  hasSameStep,
  type Landmarks,
  LONGEST_LANDMARK,
  MOST_LANDMARKS,
  offerOf,
  withOffers,
} from '../../src/domain/canary/landmarks.ts';
import { NEXT_ACTIONS } from '../../src/domain/run/failure.ts';

const PAGE: Landmarks = {
  ...{ step: 'MOBILE', own: ['input type=tel', 'button submit'], words: ['Get OTP'] },
  ...{ scripts: ['assets.example', 'inline 2'], inputs: ['input'], buttons: ['button'] },
  ...{ headings: ['Log in'], frames: ['inline'] },
};
const changed = (parts: Partial<Landmarks>): Landmarks => ({ ...PAGE, ...parts });

describe('a change of the login page', () => {
  test.for<[Partial<Landmarks>, readonly string[], boolean]>([
    [{}, [], false],
    [{ step: 'OTP' }, ['step: MOBILE became OTP'], true],
    [{ step: null }, ['step: MOBILE became none'], true],
    [{ own: ['button submit'] }, ['login field gone: input type=tel'], true],
    [{ own: [...PAGE.own, 'input 2'] }, ['login field new: input 2'], true],
    [{ words: ['Get code'] }, ['words gone: Get OTP', 'words new: Get code'], false],
    [{ words: ['Get OTP', offerOf('Later')] }, ['words new: offer “Later”'], true],
    [{ scripts: ['assets.example'] }, ['script gone: inline 2'], true],
    [{ scripts: [...PAGE.scripts, 'ads.example'] }, ['script new: ads.example'], false],
    [{ scripts: [...PAGE.scripts, 'error'] }, ['script new: error'], true],
    [{ inputs: [] }, ['input gone: input'], false],
    [{ buttons: [] }, ['button gone: button'], false],
    [{ headings: ['Sign in'] }, ['heading gone: Log in', 'heading new: Sign in'], false],
    [{ frames: [] }, ['frame gone: inline'], false],
  ])('%j: %j', ([parts, texts, isSerious]) => {
    expect(compareLandmarks(PAGE, changed(parts))).toEqual({ texts, isSerious });
  });

  test('that ends failing scripts is harmless, and so is an offer that is gone', () => {
    const kept = changed({ scripts: [...PAGE.scripts, 'error'], words: ['Get OTP', offerOf('Later')] });
    expect(compareLandmarks(kept, PAGE)).toEqual({
      texts: ['words gone: offer “Later”', 'script gone: error'],
      isSerious: false,
    });
    expect(compareLandmarks(changed({ step: null }), PAGE).texts).toEqual(['step: none became MOBILE']);
  });

  test('is told after what is serious, and twenty of them are', () => {
    expect(compareLandmarks(PAGE, changed({ words: [], scripts: [] })).texts).toEqual([
      ...['script gone: assets.example', 'script gone: inline 2', 'words gone: Get OTP'],
    ]);
    const many = Array.from({ length: 20 }, (_, index) => `heading ${index}`);
    const { texts } = compareLandmarks(PAGE, changed({ headings: ['Log in', ...many], scripts: [] }));
    expect(texts.slice(0, 3)).toEqual([
      'script gone: assets.example',
      'script gone: inline 2',
      'heading new: heading 0',
    ]);
    expect([texts.length, texts.at(-1)]).toEqual([21, 'and 2 more']);
    expect(compareLandmarks(PAGE, changed({ headings: ['Log in', ...many] })).texts).toHaveLength(20);
  });
});

describe('what is kept of a page', () => {
  test('names nobody, is sorted, and has an end', () => {
    const texts = [
      '  Log \n in ',
      'person@b.example',
      '+91 98765 43210',
      'x'.repeat(24),
      'Log in',
      'PIN 12345',
    ];
    expect(bounded(changed({ headings: texts })).headings).toEqual(['+#', '@', 'Log in', 'PIN #', '…']);
    const host = `${'h'.repeat(30)}.example`;
    const page = bounded(changed({ scripts: [host], frames: [host], words: [`${'word '.repeat(40)}`] }));
    expect([page.scripts, page.frames]).toEqual([[host], [host]]);
    expect(bounded(changed({ scripts: ['s'.repeat(200)] })).scripts[0]).toHaveLength(LONGEST_LANDMARK);
    expect(page.words[0]).toHaveLength(LONGEST_LANDMARK);
    const many = Array.from({ length: 50 }, (_, index) => `h${index}`);
    const full = bounded({
      ...{ step: 'PIN', own: many, words: many, scripts: ['s'.repeat(200), ...many], inputs: many },
      ...{ buttons: many, headings: many, frames: ['f'.repeat(200)] },
    });
    expect(full.step).toBe('PIN');
    for (const part of ['own', 'words', 'scripts', 'inputs', 'buttons', 'headings'] as const)
      expect([part, full[part].length]).toEqual([part, MOST_LANDMARKS]);
    expect(full.frames[0]).toHaveLength(LONGEST_LANDMARK);
  });

  test('holds the offers that a login has turned down, and that scripts failed where one got through', () => {
    expect(withOffers(PAGE, ['Later']).words).toEqual(['Get OTP', 'offer “Later”']);
    const failing = acceptedAfter(['script new: error'], PAGE);
    expect([hasFailedScript(failing), hasFailedScript(PAGE)]).toEqual([true, false]);
    expect(acceptedAfter(['script new: ads.example'], PAGE)).toEqual(PAGE);
  });

  test('is of the same step where the login types into and presses the same', () => {
    expect(hasSameStep(PAGE, changed({ headings: [], scripts: [] }))).toBe(true);
    expect(hasSameStep(PAGE, changed({ step: 'PIN' }))).toBe(false);
    expect(hasSameStep(PAGE, changed({ own: [] }))).toBe(false);
    expect(hasSameStep(changed({ own: [] }), PAGE)).toBe(false);
    expect(hasSameStep(changed({ own: ['one', 'other'] }), PAGE)).toBe(false);
  });
});

describe('a look', () => {
  const kept = { landmarks: PAGE, at: new Date(0) };
  const failure = { code: 'CAPTCHA', message: 'A CAPTCHA is shown.' } as const;
  const page = (parts: Partial<Landmarks>, failed: typeof failure | null = null) =>
    ({ kind: 'PAGE', landmarks: changed(parts), failure: failed }) as const;

  test('that saw nothing is neither the same nor a drift', () => {
    expect(judge({ kind: 'NOT_SEEN', message: 'The broker did not answer.' }, kept)).toMatchObject({
      ...{ verdict: 'NOT_KNOWN', message: 'The broker did not answer.', changes: [], failure: null },
    });
  });

  test('is a drift where the login would fail, or something of it has changed', () => {
    expect(judge(page({ headings: [] }, failure), kept)).toEqual({
      ...{ verdict: 'DRIFT', message: failure.message, nextAction: NEXT_ACTIONS.CAPTCHA },
      ...{ changes: ['heading gone: Log in'], failure: 'CAPTCHA' },
    });
    expect(judge(page({}, failure), null)).toMatchObject({ verdict: 'DRIFT', changes: [] });
    expect(judge(page({ step: 'OTP' }), kept)).toMatchObject({
      ...{ verdict: 'DRIFT', nextAction: NEXT_ACTIONS.PAGE_CHANGED, failure: null },
      changes: ['step: MOBILE became OTP'],
    });
  });

  test('is a change, or the same, where the login finds its way', () => {
    expect(judge(page({ headings: [] }), kept)).toMatchObject({
      ...{ verdict: 'CHANGED', nextAction: 'Nothing.', changes: ['heading gone: Log in'], failure: null },
    });
    expect(judge(page({}), kept)).toMatchObject({ verdict: 'SAME', message: 'The page is as it was.' });
    expect(judge(page({ step: 'OTP' }), null)).toMatchObject({
      ...{ verdict: 'SAME', changes: [], message: expect.stringMatching(/Nothing was kept/) },
    });
  });

  test('is told of once for the same drift', () => {
    const drift: CanaryReport = {
      ...{ id: 'a', accountId: 'UPSTOX_01', apiName: 'PRIMARY', at: new Date(0), origin: 'SCHEDULE' },
      ...{ verdict: 'DRIFT', message: 'Changed.', nextAction: '', changes: ['one'], failure: null },
      comparedWith: null,
    };
    expect(isNewDrift(drift, null)).toBe(true);
    expect(isNewDrift(drift, { ...drift, id: 'b', verdict: 'SAME' })).toBe(true);
    expect(isNewDrift(drift, { ...drift, id: 'b', at: new Date(1) })).toBe(false);
    const others = [{ changes: ['two'] }, { message: 'Other.' }, { failure: 'CAPTCHA' }] as const;
    expect(others.map((other) => isNewDrift({ ...drift, ...other }, drift))).toEqual([true, true, true]);
    expect(isNewDrift({ ...drift, verdict: 'CHANGED' }, null)).toBe(false);
  });
});

test.each([
  ['2026-11-26', '20:29', null],
  ['2026-11-26', '20:30', '2026-11-27 evening'],
  ['2026-11-26', '22:29', '2026-11-27 evening'],
  ['2026-11-26', '22:30', null],
  ['2026-11-27', '04:59', null],
  ['2026-11-27', '05:00', '2026-11-27 start'],
  ['2026-11-27', '05:50', '2026-11-27 start'],
  ['2026-11-27', '05:51', null],
  ['2026-11-27', '20:30', null],
])('on %s at %s the look that is due before a start at 06:00 is %s', (date, time, slot) => {
  const start = { startAt: atIst('2026-11-27', '06:00'), occurrenceDate: '2026-11-27' };
  expect(dueSlot(start, atIst(date, time))).toBe(slot);
});
