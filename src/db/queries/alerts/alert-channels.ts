import type { Selectable } from 'kysely';
import type { AlertKind } from '../../../domain/alert/alert.ts';
import type { AlertChannel, ChannelKind, ChannelTarget } from '../../../domain/alert/alert-channel.ts';
import { destinationOf, readTarget, writeTarget } from '../../../domain/alert/channel-rules.ts';
import type { Queryable } from '../../queryable.ts';
import type { AlertChannelsTable } from '../../schema/alert-tables.ts';
import { channelPlace, type Vault } from '../../secrets/vault.ts';
import { toDate } from '../to-date.ts';

/** The oldest first. How they are reached stays sealed. */
export const findAlertChannels = async (db: Queryable): Promise<readonly AlertChannel[]> => {
  const rows = await db
    .selectFrom('vega_alert_channels')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toChannel);
};

/** Null where the channel was removed. */
export const openAlertTarget = async (
  db: Queryable,
  vault: Vault,
  id: string,
): Promise<ChannelTarget | null> => {
  const row = await db
    .selectFrom('vega_alert_channels')
    .select('target')
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : readTarget(vault.open(row.target, channelPlace(id)));
};

/** Without a target the channel is reached as before. */
export const saveAlertChannel = async (
  trx: Queryable,
  vault: Vault,
  channel: AlertChannel,
  target: ChannelTarget | null,
): Promise<void> => {
  const described = {
    name: channel.name,
    kinds: channel.kinds?.join(' ') ?? null,
    account_id: channel.accountId,
    after_minutes: channel.afterMinutes,
    quiet_from: channel.quiet?.from ?? null,
    quiet_until: channel.quiet?.until ?? null,
  };
  const reached =
    target === null
      ? {}
      : {
          kind: target.kind,
          destination: destinationOf(target),
          target: vault.seal(writeTarget(target), channelPlace(channel.id)),
        };
  const { numUpdatedRows } = await trx
    .updateTable('vega_alert_channels')
    .set({ ...described, ...reached })
    .where('id', '=', channel.id)
    .executeTakeFirst();
  if (numUpdatedRows > 0n || target === null) return;
  await trx
    .insertInto('vega_alert_channels')
    .values({
      id: channel.id,
      ...described,
      kind: target.kind,
      destination: destinationOf(target),
      target: vault.seal(writeTarget(target), channelPlace(channel.id)),
      created_at: channel.createdAt.getTime(),
      pinged_at: null,
      ping_answer: null,
    })
    .execute();
};

/** False where there was none. */
export const deleteAlertChannel = async (trx: Queryable, id: string): Promise<boolean> => {
  const { numDeletedRows } = await trx
    .deleteFrom('vega_alert_channels')
    .where('id', '=', id)
    .executeTakeFirst();
  await trx
    .updateTable('vega_alert_deliveries')
    .set({ state: 'CANCELLED' })
    .where('channel_id', '=', id)
    .where('state', '=', 'PENDING')
    .execute();
  return numDeletedRows > 0n;
};

/** False when another process has pinged since `pingedAt`. */
export const claimPing = async (
  trx: Queryable,
  { id, pingedAt }: AlertChannel,
  now: Date,
): Promise<boolean> => {
  const { numUpdatedRows } = await trx
    .updateTable('vega_alert_channels')
    .set({ pinged_at: now.getTime() })
    .where('id', '=', id)
    .where('pinged_at', 'is not distinct from', pingedAt?.getTime() ?? null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

export const notePing = async (trx: Queryable, id: string, answer: string): Promise<void> => {
  await trx.updateTable('vega_alert_channels').set({ ping_answer: answer }).where('id', '=', id).execute();
};

const toChannel = (row: Selectable<AlertChannelsTable>): AlertChannel => ({
  id: row.id,
  name: row.name,
  kind: row.kind as ChannelKind,
  destination: row.destination,
  kinds: row.kinds === null ? null : (row.kinds.split(' ') as AlertKind[]),
  accountId: row.account_id,
  afterMinutes: row.after_minutes,
  quiet:
    row.quiet_from === null || row.quiet_until === null
      ? null
      : { from: row.quiet_from, until: row.quiet_until },
  createdAt: new Date(row.created_at),
  pingedAt: toDate(row.pinged_at),
  pingAnswer: row.ping_answer,
});
