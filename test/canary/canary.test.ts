import { expect, test } from 'vitest';
import { dueSlot } from '../../src/domain/canary/canary-slot.ts';
import type { Landmarks } from '../../src/domain/canary/landmarks.ts';
import { bounded, compareLandmarks } from '../../src/domain/canary/landmarks.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

const LOOK = `mutation { runCanary { apiName verdict message nextAction changes failure comparedWith } }`;

const look = async (desk: TestApp) => {
  const { data, errors } = await desk.ask(LOOK);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.runCanary[0];
};

const kindsOf = (desk: TestApp) => desk.broker.log.map(({ kind }) => kind);

test('a page that is as it was reads SAME, and nothing was submitted for it', async () => {
  await using desk = await openTestApp({ apis: 2 });
  expect(await look(desk)).toEqual({
    apiName: 'PRIMARY',
    verdict: 'SAME',
    message: 'The login finds its way. Nothing was kept to compare the page with.',
    nextAction: 'Nothing.',
    changes: [],
    failure: null,
    comparedWith: null,
  });
  expect(await look(desk)).toMatchObject({ verdict: 'SAME', message: 'The page is as it was.' });
  expect(kindsOf(desk).filter((kind) => kind === 'DIALOG')).toHaveLength(2);
  expect(kindsOf(desk).filter((kind) => /OTP|PIN|CODE|TOKEN/.test(kind))).toEqual([]);
});

test('a changed page reads DRIFT and is told once; when it is as before, that is told, too', async () => {
  await using desk = await openTestApp({ apis: 1 });
  await look(desk);
  desk.broker.faults.captcha = true;
  expect(await look(desk)).toMatchObject({ verdict: 'DRIFT', failure: 'CAPTCHA' });
  await look(desk);
  const alerts = () => desk.rows("select title, resolved_at from vega_alerts where kind = 'DRIFT'");
  expect(alerts()).toEqual([{ title: 'UPSTOX_01: the login page shows a CAPTCHA', resolved_at: null }]);
  const { data } = await desk.ask('{ readiness { reasons { code message } } }');
  const codes = data.readiness.reasons.map(({ code }: { code: string }) => code);
  expect(codes.includes('PAGE_DRIFT') || codes.includes('NO_SESSION')).toBe(true);
  desk.broker.faults.captcha = false;
  expect(await look(desk)).toMatchObject({ verdict: 'SAME' });
  expect(alerts()).toEqual([{ title: expect.any(String), resolved_at: expect.any(Number) }]);
  const { data: kept } = await desk.ask('{ canaryReports(first: 2) { verdict } }');
  expect(kept.canaryReports).toEqual([{ verdict: 'SAME' }, { verdict: 'DRIFT' }]);
  const audited = desk.rows("select message from vega_audit_entries where severity = 'ERROR'");
  expect(JSON.stringify(audited)).toContain(
    'The login dialog has changed: DRIFT. The broker shows a CAPTCHA.',
  );
});

test('a broker that does not answer, or only with an error, is no drift', async () => {
  await using desk = await openTestApp({ apis: 1, simulator: { scenario: 'edge-blocked' } });
  expect(await look(desk)).toMatchObject({ verdict: 'NOT_KNOWN', failure: null });
  desk.broker.faults.down = true;
  expect(await look(desk)).toMatchObject({
    verdict: 'NOT_KNOWN',
    message: 'The login dialog cannot be opened.',
  });
  expect(desk.rows('select * from vega_alerts')).toEqual([]);
  expect(desk.rows('select * from vega_dialog_landmarks')).toEqual([]);
});

test('a run takes the browser from a look at once; what it would have seen is not known', async () => {
  await using desk = await openTestApp({ apis: 1, simulator: { pageDelayMs: 1500 } });
  const looking = desk.ask(LOOK);
  await until('the dialog is opened', () => kindsOf(desk).includes('DIALOG'));
  const run = await desk.generate('mode: ALL');
  const { data } = await looking;
  expect(data.runCanary[0]).toMatchObject({
    verdict: 'NOT_KNOWN',
    message: 'The look was broken off, so that a run could have the browser.',
  });
  expect(run.status).toBe('COMPLETED');
});

test('while a run has the browser no dialog is opened', async () => {
  await using desk = await openTestApp({ apis: 1, simulator: { pageDelayMs: 500 } });
  const running = desk.generate('mode: ALL');
  await until('the run is under way', () => kindsOf(desk).includes('DIALOG'));
  const { errors } = await desk.ask(LOOK);
  expect(errors[0].extensions.code).toBe('BROWSER_BUSY');
  expect((await running).status).toBe('COMPLETED');
});

test('a login keeps what its page looked like, for the next look to compare with', async () => {
  await using desk = await openTestApp({ apis: 1 });
  await desk.generate('mode: ALL');
  expect(desk.rows('select api_name from vega_dialog_landmarks')).toEqual([{ api_name: 'PRIMARY' }]);
  expect(await look(desk)).toMatchObject({ verdict: 'SAME', comparedWith: expect.any(String) });
});

const PAGE: Landmarks = {
  step: 'MOBILE',
  own: ['input type=tel'],
  words: ['button “Get OTP”'],
  scripts: ['cdn.example', 'inline 1'],
  inputs: [],
  buttons: [],
  headings: ['Log in'],
  frames: [],
};

test.each([
  ['another type of the input', { own: ['input type=date'] }, true],
  ['a script that is gone', { scripts: ['inline 1'] }, true],
  ['a script that fails', { scripts: ['cdn.example', 'inline 1', 'error'] }, true],
  ['another step', { step: 'PIN' }, true],
  ['another script more', { scripts: ['cdn.example', 'inline 1', 'metrics.example'] }, false],
  ['another heading', { headings: ['Welcome'] }, false],
  ['another word on the button', { words: ['button “Continue”'] }, false],
] as const)('%s is told, and serious or not', (_what, changes, expected) => {
  const { texts, isSerious } = compareLandmarks(PAGE, { ...PAGE, ...changes } as Landmarks);
  expect([texts.length > 0, isSerious]).toEqual([true, expected]);
});

test('landmarks hold no number, address or long identifier, and have an end', () => {
  const { headings, inputs } = bounded({
    ...PAGE,
    headings: ['Hi 98765 43210', 'asha@example.com', `x${'a'.repeat(500)}`],
    inputs: Array.from({ length: 500 }, (_, index) => `text field${'abcdefghij'[index % 10]}${index % 7}`),
  });
  expect(headings).toEqual(['@', 'Hi #', '…']);
  expect(inputs.length).toBeLessThanOrEqual(40);
});

test.each([
  ['2026-11-29T20:29:00+05:30', null],
  ['2026-11-29T20:31:00+05:30', '2026-11-30 evening'],
  ['2026-11-29T22:31:00+05:30', null],
  ['2026-11-30T04:59:00+05:30', null],
  ['2026-11-30T05:01:00+05:30', '2026-11-30 start'],
  ['2026-11-30T05:51:00+05:30', null],
])('for a start at 06:00, %s is the time of %s', (now, expected) => {
  const start = { startAt: new Date('2026-11-30T06:00:00+05:30'), occurrenceDate: '2026-11-30' };
  expect(dueSlot(start, new Date(now))).toBe(expected);
});

test('a scheduled look happens once for each start, also with two programs', async () => {
  let now = new Date('2026-11-29T20:00:00+05:30').getTime();
  await using desk = await openTestApp({
    apis: 1,
    clock: () => new Date(now),
    simulator: { now: () => now },
  });
  await desk.ask('mutation { saveSchedule(input: { startAt: "06:00" }) { enabled } }');
  const { canaryWatch } = desk.app.parts as unknown as { canaryWatch: { tick(): Promise<void> } };
  await canaryWatch.tick();
  expect(desk.rows('select * from vega_dialog_looks')).toEqual([]);
  now = new Date('2026-11-29T20:31:00+05:30').getTime();
  await canaryWatch.tick();
  await canaryWatch.tick();
  expect(desk.rows('select origin, slot, verdict from vega_dialog_looks')).toEqual([
    { origin: 'SCHEDULE', slot: '2026-11-30 evening', verdict: 'SAME' },
  ]);
  expect(kindsOf(desk).filter((kind) => kind === 'DIALOG')).toHaveLength(1);
});
