import { expect, test } from 'vitest';
import type { AlertChannel } from '../../src/domain/alert/alert-channel.ts';
import { planDeliveries } from '../../src/domain/alert/alert-delivery.ts';

const channel = (name: string, change: Partial<AlertChannel> = {}): AlertChannel => ({
  ...{ id: name, name, kind: 'WEBHOOK', destination: 'desk.example', kinds: null, accountId: null },
  ...{ afterMinutes: 0, quiet: null, createdAt: new Date(0), pingedAt: null, pingAnswer: null },
  ...change,
});

const NIGHT = { from: '22:00', until: '06:00' };
const india = (time: string): Date => new Date(`2026-11-30T${time}:00+05:30`);

const plan = (channels: readonly AlertChannel[], kind: 'AT_RISK' | 'HUMAN_NEEDED' = 'AT_RISK') =>
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
