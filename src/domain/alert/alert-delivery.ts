import { type Alert, wantsAcknowledgement } from './alert.ts';
import type { AlertChannel, ChannelKind } from './alert-channel.ts';
import { afterQuietHours } from './quiet-hours.ts';

export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why an alert goes to a channel. */
export const DELIVERY_REASONS = ['RAISED', 'NOT_ACKNOWLEDGED', 'SENT_AGAIN'] as const;
export type DeliveryReason = (typeof DELIVERY_REASONS)[number];

/** One alert on its way to one channel. */
export interface AlertDelivery {
  readonly id: string;
  readonly alertId: string;
  readonly channelId: string;
  readonly channelName: string;
  readonly reason: DeliveryReason;
  readonly state: DeliveryState;
  /** When it is tried next, or was to be tried. */
  readonly dueAt: Date;
  readonly attempts: number;
  readonly attemptedAt: Date | null;
  /** What the last attempt was answered with, such as `HTTP 204`. */
  readonly answer: string | null;
}

interface PlannedDelivery {
  readonly channel: AlertChannel;
  readonly reason: DeliveryReason;
  readonly dueAt: Date;
}

const MINUTE_MS = 60_000;
/** Without a second channel to go to, the first ones are told once more after this time. */
const REMINDER_MINUTES = 15;

/** Waits before the second try, the third and so on; the last one repeats. The first are short: 10 s is what a desk has. */
const RETRY_SECONDS = [1, 1, 3, 10, 30, 60, 300, 900] as const;
/** As many as are made in a day. They are counted, because the machine may sleep in between. */
const MAX_ATTEMPTS = 100;

export const isGivenUp = (attempts: number): boolean => attempts >= MAX_ATTEMPTS;

/** `attempts` have failed. */
export const retryDelayMs = (attempts: number): number =>
  (RETRY_SECONDS[Math.min(attempts, RETRY_SECONDS.length) - 1] ?? 1) * 1000;

/** A mail server may take its time. Any other answer of the first tries comes soon or not at all, so that the third is under way within 10 s. */
export const attemptTimeoutMs = (attempt: number, kind: ChannelKind): number => {
  if (kind === 'EMAIL') return 45_000;
  return attempt <= 2 ? 3000 : 15_000;
};

/** Whether the channel is for alerts such as this one. */
export const isFor = (
  { kinds, accountId, kind }: AlertChannel,
  alert: Pick<Alert, 'kind' | 'accountId'>,
): boolean =>
  kind !== 'HEARTBEAT' &&
  (kinds === null || kinds.includes(alert.kind)) &&
  (accountId === null || alert.accountId === null || accountId === alert.accountId);

/** Which channels an alert goes to, and when. */
export const planDeliveries = (
  alert: Pick<Alert, 'kind' | 'accountId'>,
  channels: readonly AlertChannel[],
  at: Date,
): readonly PlannedDelivery[] => {
  const concerned = channels.filter((channel) => isFor(channel, alert));
  const first = concerned.filter(({ afterMinutes }) => afterMinutes === 0);
  const later = concerned.filter(({ afterMinutes }) => afterMinutes > 0);
  const raised = first.map((channel) => planned(alert, channel, 'RAISED', at));
  if (!wantsAcknowledgement(alert.kind)) return raised;
  // Nobody can acknowledge what quiet hours still hold back.
  const toldAt = new Date(Math.min(...raised.map(({ dueAt }) => dueAt.getTime())));
  const from = raised.length === 0 ? at : toldAt;
  const escalated =
    later.length > 0
      ? later.map((channel) => escalation(alert, channel, from, channel.afterMinutes))
      : raised.map(({ channel, dueAt }) => escalation(alert, channel, dueAt, REMINDER_MINUTES));
  return [...raised, ...escalated];
};

const escalation = (
  alert: Pick<Alert, 'kind'>,
  channel: AlertChannel,
  toldAt: Date,
  minutes: number,
): PlannedDelivery =>
  planned(alert, channel, 'NOT_ACKNOWLEDGED', new Date(toldAt.getTime() + minutes * MINUTE_MS));

const planned = (
  { kind }: Pick<Alert, 'kind'>,
  channel: AlertChannel,
  reason: DeliveryReason,
  at: Date,
): PlannedDelivery => ({ channel, reason, dueAt: afterQuietHours(channel.quiet, kind, at) });
