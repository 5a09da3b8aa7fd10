import { markOf } from '../../db/files/process-mark.ts';
import { findAlertChannels } from '../../db/queries/alerts/alert-channels.ts';
import { cancelWaiting, findDeliveriesOf, insertDelivery } from '../../db/queries/alerts/alert-deliveries.ts';
import {
  findUnresolved,
  insertAlert,
  markAcknowledged,
  markResolved,
  pruneAlerts,
  type ReportedFacts,
} from '../../db/queries/alerts/alerts.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { AlertDraft, AlertKind } from '../../domain/alert/alert.ts';
import type { AlertChannel } from '../../domain/alert/alert-channel.ts';
import { planDeliveries } from '../../domain/alert/alert-delivery.ts';
import type { Recovery } from '../../domain/alert/alert-drafts.ts';
import { risingId } from '../rising-id.ts';

/** Kinds that tell about an account's tokens: all of them are over once it has its tokens. */
export const KINDS_OF_TOKENS: readonly AlertKind[] = [
  'HUMAN_NEEDED',
  'AT_RISK',
  'TOO_LATE',
  'MISSED',
  'QUARANTINED',
];

export const newId = (kind: 'alert' | 'delivery' | 'channel'): string => `${kind}_${risingId()}`;

const self = markOf(process.pid);

/** This process, as deliveries name it. */
export const thisProcess = () => self;

/**
 * Stores an alert and its deliveries. Call it in the transaction of the fact: both are stored, or neither. The fact is
 * told once, however often it is raised.
 */
export const raiseAlert = async (trx: Queryable, draft: AlertDraft, now: Date): Promise<void> =>
  storeAlert(trx, draft, await findAlertChannels(trx), now);

const storeAlert = async (
  trx: Queryable,
  draft: AlertDraft,
  channels: readonly AlertChannel[],
  now: Date,
): Promise<void> => {
  const id = newId('alert');
  if (!(await insertAlert(trx, { ...draft, id, raisedAt: now }))) return;
  const from = new Date(now.getTime() + (draft.holdMs ?? 0));
  for (const { channel, reason, dueAt } of planDeliveries(draft, channels, from)) {
    const described = { channelId: channel.id, channelName: channel.name, reason, dueAt };
    await insertDelivery(trx, { id: newId('delivery'), alertId: id, ...described }, thisProcess());
  }
  await pruneAlerts(trx);
};

/**
 * These facts hold no more. What still waits to be sent is not sent; `recovery` follows to every channel that was tried.
 * Call it in the transaction that ends the facts.
 */
export const resolveAlerts = async (
  trx: Queryable,
  facts: ReportedFacts,
  recovery: Recovery | null,
  now: Date,
): Promise<void> => {
  const { accountId } = facts;
  const over = (await findUnresolved(trx, facts)).map(({ id }) => id);
  const [first] = over;
  if (first === undefined) return;
  await markResolved(trx, over, now);
  await cancelWaiting(trx, over);
  if (recovery === null) return;
  const tried = (await findDeliveriesOf(trx, over)).filter(({ attempts }) => attempts > 0);
  if (tried.length === 0) return;
  const told = (await findAlertChannels(trx))
    .filter(({ id }) => tried.some(({ channelId }) => channelId === id))
    .map((channel) => ({ ...channel, afterMinutes: 0 }));
  await storeAlert(trx, { kind: 'RECOVERED', accountId, ...recovery, fact: first }, told, now);
};

/** Somebody has seen it: nothing reminds of it any more. False where that was said before. */
export const acknowledge = async (trx: Queryable, id: string, by: string, now: Date): Promise<boolean> => {
  if (!(await markAcknowledged(trx, id, by, now))) return false;
  await cancelWaiting(trx, [id]);
  return true;
};

/** The operator has acted on facts of these kinds, and so has seen them. */
export const acknowledgeKinds = async (
  trx: Queryable,
  facts: ReportedFacts,
  by: string,
  now: Date,
): Promise<void> => {
  for (const { id } of await findUnresolved(trx, facts)) await acknowledge(trx, id, by, now);
};
