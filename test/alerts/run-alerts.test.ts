import { expect, test } from 'vitest';
import type { GenerationRun } from '../../src/domain/run/generation-run.ts';
import { raiseAlert } from '../../src/services/alerts/raise-alert.ts';
import { endWait, tellEnd, tellWait } from '../../src/services/alerts/tell-run.ts';
import { openFolder } from '../support/folder.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openReceiver, until } from './receiver.ts';

const env = { VEGA_ALERT_HOSTS: '127.0.0.1' };
const BEGUN = Date.parse('2026-11-30T01:00:00Z');
const minute = (minutes: number): Date => new Date(BEGUN + minutes * 60_000);

const waiting = (step: 'DIALOG' | 'APPROVAL_WAIT', change: Partial<GenerationRun> = {}): GenerationRun => ({
  ...{ id: 'run_1', accountId: 'UPSTOX_01', mode: 'ALL', status: 'WAITING_OPERATOR' },
  ...{ startedAt: minute(0), endedAt: null, waitingUntil: minute(5) },
  steps: [
    { apiName: 'PRIMARY', status: 'RUNNING', step, failure: null, startedAt: minute(0), endedAt: null },
  ],
  ...change,
});

const alertsOf = ({ rows }: TestApp) =>
  rows('select title, resolved_at is not null as over from vega_alerts order by raised_at, id').map(
    ({ title, over }) => `${title.replace('UPSTOX_01: ', '')}${over === 1 ? ' (over)' : ''}`,
  );

const CAPTCHA = 'a CAPTCHA waits for a person';
const APPROVAL = 'an approval on the phone waits for a person';

test.each([
  ['DIALOG', CAPTCHA],
  ['APPROVAL_WAIT', APPROVAL],
] as const)('each wait in %s is told once, the second one of the same API as well', async (step, title) => {
  await using testApp = await openTestApp({ apis: 1 });
  const { database } = testApp.app.parts;
  const run = waiting(step);
  await database.write((trx) => tellWait(trx, run, minute(0)));
  await database.write((trx) => tellWait(trx, { ...run, waitingUntil: minute(4) }, minute(1)));
  expect(alertsOf(testApp)).toEqual([title]);
  await database.write((trx) => endWait(trx, run, minute(2)));
  // With the same deadline as before: what came in has failed, and the approval is still open.
  await database.write((trx) => tellWait(trx, run, minute(3)));
  expect(alertsOf(testApp)).toEqual([`${title} (over)`, title]);
});

test.each([
  ['ABORTED', []],
  ['STOPPED', ['the run stopped with 0 of 1 tokens']],
  ['COMPLETED', []],
] as const)('a run that ends as %s waits for nobody any more', async (status, told) => {
  await using testApp = await openTestApp({ apis: 1 });
  const { database } = testApp.app.parts;
  await database.write((trx) => tellWait(trx, waiting('DIALOG'), minute(0)));
  const ended = waiting('DIALOG', { status, waitingUntil: null, endedAt: minute(5) });
  await database.write((trx) => tellEnd(trx, ended, minute(5)));
  expect(alertsOf(testApp)).toEqual([`${CAPTCHA} (over)`, ...told]);
});

test('a run whose process died waits for nobody any more', async () => {
  using folder = openFolder();
  const { directory } = folder;
  await using first = await openTestApp({ apis: 1, directory });
  const { id } = await first.generate('mode: ALL');
  const { database } = first.app.parts;
  await database.write((trx) => tellWait(trx, waiting('DIALOG', { id }), minute(0)));
  await using second = await openTestApp({ apis: 1, directory, broker: first.broker });
  expect(alertsOf(second)).toEqual([CAPTCHA]);
  first.change(
    `update vega_generation_runs set status = 'COOLDOWN', ended_at = null, process_id = 999999, process_birth = null
     where id = ?`,
    id,
  );
  await until(() => alertsOf(second).includes(`${CAPTCHA} (over)`), 'the end of the wait');
});

test('a part of the tokens ends no alert about all of them; their confirmation does', async () => {
  await using receiver = await openReceiver();
  await using testApp = await openTestApp({ apis: 2, env });
  await testApp.client.saveAlertChannel({ input: { name: 'desk', kind: 'WEBHOOK', url: receiver.url } });
  const { database, clock } = testApp.app.parts;
  const raise = (kind: 'AT_RISK' | 'HUMAN_NEEDED', title: string) =>
    database.write((trx) =>
      raiseAlert(trx, { kind, accountId: 'UPSTOX_01', title, text: 'Look.', fact: title }, clock()),
    );
  await raise('AT_RISK', 'at risk');
  await raise('HUMAN_NEEDED', 'stopped');
  await until(() => receiver.received.length === 2, 'both alerts');
  const partial = await testApp.generate('mode: PARTIAL, apiNames: [PRIMARY]');
  expect(partial.status).toBe('COMPLETED');
  expect(alertsOf(testApp)).toEqual(['at risk', 'stopped']);
  const acknowledged = 'select title, acknowledged_by from vega_alerts where acknowledged_by is not null';
  expect(testApp.rows(acknowledged)).toEqual([{ title: 'stopped', acknowledged_by: 'generateTokens' }]);
  await testApp.generate('mode: INVALID_ONLY');
  const { body } = await until(() => receiver.received[2], 'the recovery');
  expect(JSON.parse(body).data).toMatchObject({
    kind: 'RECOVERED',
    title: 'UPSTOX_01 is confirmed: the gate is open',
  });
});

test('a run that stops behind an open gate is reported until a run completes', async () => {
  const rejectedApps: Record<number, 'UDAPI100068'> = { 1: 'UDAPI100068' };
  await using testApp = await openTestApp({ apis: 2, simulator: { knobs: { rejectedApps } } });
  const isOpen = async () => (await testApp.client.authState()).state === 'AUTH_CONFIRMED';
  const stopped = 'the run stopped with 1 of 2 tokens';
  const stoppedAgain = 'the run stopped with 0 of 1 tokens';
  expect((await testApp.generate('mode: ALL')).status).toBe('STOPPED');
  await testApp.ask('mutation { acceptPartial { state } }');
  await until(() => alertsOf(testApp).includes(`${stopped} (over)`), 'the gate');
  expect((await testApp.generate('mode: INVALID_ONLY')).status).toBe('STOPPED');
  await until(isOpen, 'the gate after the run');
  expect(alertsOf(testApp)).toEqual([`${stopped} (over)`, stoppedAgain]);
  delete rejectedApps[1];
  expect((await testApp.generate('mode: INVALID_ONLY')).status).toBe('COMPLETED');
  await until(() => alertsOf(testApp).includes(`${stoppedAgain} (over)`), 'the end of the report');
});
