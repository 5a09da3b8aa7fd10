import { findAlertChannels } from '../../db/queries/alerts/alert-channels.ts';
import {
  countUndelivered,
  findDeliveriesOf,
  insertDelivery,
} from '../../db/queries/alerts/alert-deliveries.ts';
import { findAlert, findAlerts } from '../../db/queries/alerts/alerts.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Alert } from '../../domain/alert/alert.ts';
import type { AlertDelivery } from '../../domain/alert/alert-delivery.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { acknowledge, newId, thisProcess } from './raise-alert.ts';

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
}: Pick<AuditedWrites, 'database' | 'clock'>): Promise<number> => countUndelivered(database.read, clock());

export const acknowledgeAlert = async (needs: AuditedWrites, id: string, by: string): Promise<ToldAlert> => {
  const { database, audit, clock } = needs;
  return database.write(async (trx) => {
    const { accountId } = await requireAlert(trx, id);
    if (await acknowledge(trx, id, by, clock()))
      await audit.note(trx, 'ALERT_ACKNOWLEDGED', { alertId: id, by }, { accountId });
    return readAlert(trx, id);
  });
};

/** Sends an alert again, to one channel or to all of them, also in quiet hours. */
export const resendAlert = async (
  { database, clock }: AuditedWrites,
  id: string,
  channelId: string | null,
): Promise<ToldAlert> =>
  database.write(async (trx) => {
    await requireAlert(trx, id);
    const all = (await findAlertChannels(trx)).filter(({ kind }) => kind !== 'HEARTBEAT');
    const channels = channelId === null ? all : all.filter((channel) => channel.id === channelId);
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
