import { describe, expect, test } from 'vitest';
import { ALERT_KINDS, type Alert, isOpen, isSettled } from '../../src/domain/alert/alert.ts';
import type { AlertChannel } from '../../src/domain/alert/alert-channel.ts';
import {
  attemptTimeoutMs,
  isFor,
  isGivenUp,
  planDeliveries,
  retryDelayMs,
} from '../../src/domain/alert/alert-delivery.ts';
import { afterQuietHours, isTimeOfDay } from '../../src/domain/alert/quiet-hours.ts';

const channel = (name: string, change: Partial<AlertChannel> = {}): AlertChannel => ({
  ...{ id: name, name, kind: 'WEBHOOK', destination: 'desk.example', kinds: null, accountId: null },
  ...{ afterMinutes: 0, quiet: null, createdAt: new Date(0), pingedAt: null, pingAnswer: null },
  ...change,
});

const NIGHT = { from: '22:00', until: '06:00' };
const india = (time: string): Date => new Date(`2026-11-30T${time}:00+05:30`);

const plan = (
  channels: readonly AlertChannel[],
  kind: 'AT_RISK' | 'HUMAN_NEEDED' | 'RECOVERED' = 'AT_RISK',
) =>
  planDeliveries({ kind, accountId: 'UPSTOX_01' }, channels, india('00:30')).map(
    ({ channel: { name }, reason, dueAt }) =>
      `${name} ${reason} ${new Date(dueAt.getTime() + 19_800_000).toISOString().slice(11, 16)}`,
  );

test('the time to acknowledge begins when quiet hours let the alert through', () => {
  const desk = channel('desk', { quiet: NIGHT });
  expect(plan([desk])).toEqual(['desk RAISED 06:00', 'desk NOT_ACKNOWLEDGED 06:15']);
  expect(plan([desk, channel('partner', { afterMinutes: 10, quiet: NIGHT })])).toEqual([
    'desk RAISED 06:00',
    'partner NOT_ACKNOWLEDGED 06:10',
  ]);
  expect(plan([desk], 'HUMAN_NEEDED')).toEqual(['desk RAISED 00:30', 'desk NOT_ACKNOWLEDGED 00:45']);
});

test('a channel that is told at once starts the time for the channels after it', () => {
  const channels = [
    channel('desk', { quiet: NIGHT }),
    channel('pager'),
    channel('partner', { afterMinutes: 10 }),
  ];
  expect(plan(channels)).toEqual([
    'desk RAISED 06:00',
    'pager RAISED 00:30',
    'partner NOT_ACKNOWLEDGED 00:40',
  ]);
  expect(plan([channel('partner', { afterMinutes: 10 })])).toEqual(['partner NOT_ACKNOWLEDGED 00:40']);
});

test('what informs only reminds nobody, and goes to no second channel', () => {
  expect(plan([channel('desk'), channel('partner', { afterMinutes: 10 })], 'RECOVERED')).toEqual([
    'desk RAISED 00:30',
  ]);
});

test('a channel is told of its own kinds and account alone, and a heartbeat of nothing', () => {
  const told = (change: Partial<AlertChannel>) => isFor(channel('desk', change), alert);
  const alert = { kind: 'AT_RISK', accountId: 'UPSTOX_01' } as const;
  expect([
    told({}),
    told({ kinds: ['MISSED', 'AT_RISK'] }),
    told({ kinds: ['MISSED'] }),
    told({ kinds: [] }),
    told({ accountId: 'UPSTOX_01' }),
    told({ accountId: 'UPSTOX_02' }),
    told({ kind: 'HEARTBEAT' }),
  ]).toEqual([true, true, false, false, true, false, false]);
  expect(isFor(channel('desk', { accountId: 'UPSTOX_02' }), { ...alert, accountId: null })).toBe(true);
  expect(plan([channel('desk'), channel('other', { kinds: ['MISSED'] })])).toEqual([
    'desk RAISED 00:30',
    'desk NOT_ACKNOWLEDGED 00:45',
  ]);
});

test('the first tries follow each other at once, the hundredth is the last', () => {
  const tries = Array.from({ length: 10 }, (_, index) => retryDelayMs(index + 1) / 1000);
  expect(tries).toEqual([1, 1, 3, 10, 30, 60, 300, 900, 900, 900]);
  expect([99, 100, 101].map(isGivenUp)).toEqual([false, true, true]);
});

test('the third try is under way within 10 s, and a mail server may take its time', () => {
  expect([1, 2, 3].map((attempt) => attemptTimeoutMs(attempt, 'WEBHOOK'))).toEqual([3000, 3000, 15_000]);
  expect([1, 3].map((attempt) => attemptTimeoutMs(attempt, 'EMAIL'))).toEqual([45_000, 45_000]);
});

describe('quiet hours', () => {
  const at = (time: string, quiet = NIGHT) => afterQuietHours(quiet, 'AT_RISK', india(time));
  const tomorrow = (time: string) => new Date(india(time).getTime() + 86_400_000);

  test('over midnight end on the next morning', () => {
    expect([at('21:59'), at('22:00'), at('23:59')]).toEqual([
      india('21:59'),
      tomorrow('06:00'),
      tomorrow('06:00'),
    ]);
    expect([at('00:00'), at('05:59'), at('06:00')]).toEqual([india('06:00'), india('06:00'), india('06:00')]);
  });

  test('of one day end on that day', () => {
    const lunch = { from: '12:00', until: '13:00' };
    expect(['11:59', '12:00', '12:59', '13:00'].map((time) => at(time, lunch))).toEqual([
      india('11:59'),
      india('13:00'),
      india('13:00'),
      india('13:00'),
    ]);
  });

  test('end to the second, and an hour that begins and ends at once is none', () => {
    const inTheLastMinute = new Date(india('05:59').getTime() + 59_999);
    expect(afterQuietHours(NIGHT, 'AT_RISK', inTheLastMinute)).toEqual(india('06:00'));
    expect(at('06:00', { from: '06:00', until: '06:00' })).toEqual(india('06:00'));
    expect(at('05:00', { from: '06:00', until: '06:00' })).toEqual(india('05:00'));
  });

  test('hold back every kind but the one that needs a person at once', () => {
    const held = ALERT_KINDS.filter((kind) => afterQuietHours(NIGHT, kind, india('23:00')) > india('23:00'));
    expect(held).toEqual(ALERT_KINDS.filter((kind) => kind !== 'HUMAN_NEEDED'));
    expect(afterQuietHours(null, 'AT_RISK', india('23:00'))).toEqual(india('23:00'));
  });

  test.each([
    ['00:00', true],
    ['19:59', true],
    ['23:59', true],
    ['24:00', false],
    ['6:00', false],
    ['06:60', false],
    ['06:00:00', false],
    [' 06:00', false],
  ])('%j as a time of day: %s', (text, isOne) => {
    expect(isTimeOfDay(text)).toBe(isOne);
  });
});

test('an alert is open until somebody has seen it or the fact is over, unless it only informs', () => {
  const alert: Alert = {
    ...{ id: 'an-alert', accountId: null, title: '', text: '', raisedAt: india('06:00') },
    ...{ kind: 'AT_RISK', acknowledgedAt: null, acknowledgedBy: null, resolvedAt: null },
  };
  const seen = { ...alert, acknowledgedAt: india('06:01') };
  const over = { ...alert, resolvedAt: india('06:01') };
  expect([alert, seen, over].map(isSettled)).toEqual([false, true, true]);
  expect([alert, seen, over].map(isOpen)).toEqual([true, false, false]);
  expect(ALERT_KINDS.filter((kind) => !isOpen({ ...alert, kind }))).toEqual(['EXPIRING', 'RECOVERED']);
});
