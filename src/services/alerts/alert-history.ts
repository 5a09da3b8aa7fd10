import { findAlertChannels } from '../../db/queries/alerts/alert-channels.ts';
import {
  countUndelivered,
  findDeliveriesOf,
  insertDelivery,
} from '../../db/queries/alerts/alert-deliveries.ts';
import { findAlert, findAlerts } from '../../db/queries/alerts/alerts.ts';
import type { Queryable } from '../../db/queryable.ts';
import { type Alert, INFORMING } from '../../domain/alert/alert.ts';
import { type AlertDelivery, isFor } from '../../domain/alert/alert-delivery.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { acknowledge, newId, thisProcess } from './raise-alert.ts';

const DAY_MS = 86_400_000;

/** An alert with every delivery of it. */
export interface ToldAlert extends Alert {
  readonly deliveries: readonly AlertDelivery[];
}

/** The newest first. */
export const listAlerts = async (
  { database }: Pick<AuditedWrites, 'database'>,
  query: { readonly first: number; readonly accountId: string | null },
): Promise<readonly ToldAlert[]> => {
  const alerts = await findAlerts(database.read, query);
  const ids = alerts.map(({ id }) => id);
  const deliveries = await findDeliveriesOf(database.read, ids);
  return alerts.map((alert) => withDeliveries(alert, deliveries));
};

/** How many deliveries are overdue or were given up. */
export const countUndeliveredAlerts = ({
  database,
  clock,
}: Pick<AuditedWrites, 'database' | 'clock'>): Promise<number> => {
  const now = clock();
  const since = new Date(now.getTime() - DAY_MS);
  return countUndelivered(database.read, { now, informing: INFORMING, since });
};

export const acknowledgeAlert = async (needs: AuditedWrites, id: string, by: string): Promise<ToldAlert> => {
  const { database, audit, clock } = needs;
  return database.write(async (trx) => {
    const { accountId } = await requireAlert(trx, id);
    if (await acknowledge(trx, id, by, clock()))
      await audit.note(trx, 'ALERT_ACKNOWLEDGED', { alertId: id, by }, { accountId });
    return readAlert(trx, id);
  });
};

/** Sends an alert again, to one channel or to all that are for it, also in quiet hours. */
export const resendAlert = async (
  { database, audit, clock }: AuditedWrites,
  id: string,
  channelId: string | null,
): Promise<ToldAlert> =>
  database.write(async (trx) => {
    const alert = await requireAlert(trx, id);
    const channels = (await findAlertChannels(trx)).filter((channel) =>
      channelId === null ? isFor(channel, alert) : channel.id === channelId && channel.kind !== 'HEARTBEAT',
    );
    if (channels.length === 0)
      throw new Refusal(
        'NOT_FOUND',
        'There is no channel to send it to.',
        'Ask `alertChannels` for those there are.',
      );
    for (const { id: channel, name } of channels) {
      const described = {
        channelId: channel,
        channelName: name,
        reason: 'SENT_AGAIN',
        dueAt: clock(),
      } as const;
      await insertDelivery(trx, { id: newId('delivery'), alertId: id, ...described }, thisProcess());
    }
    const names = channels.map(({ name }) => name);
    await audit.note(trx, 'ALERT_SENT_AGAIN', { alertId: id, names }, { accountId: alert.accountId });
    return readAlert(trx, id);
  });

const requireAlert = async (trx: Queryable, id: string): Promise<Alert> => {
  const alert = await findAlert(trx, id);
  if (alert === null)
    throw new Refusal('NOT_FOUND', 'There is no such alert.', 'Ask `alerts` for the ids there are.');
  return alert;
};

const readAlert = async (trx: Queryable, id: string): Promise<ToldAlert> =>
  withDeliveries(await requireAlert(trx, id), await findDeliveriesOf(trx, [id]));

const withDeliveries = (alert: Alert, deliveries: readonly AlertDelivery[]): ToldAlert => ({
  ...alert,
  deliveries: deliveries.filter(({ alertId }) => alertId === alert.id),
});
