import { describe, expect, test } from 'vitest';
import {
  claimPing,
  deleteAlertChannel,
  findAlertChannels,
  notePing,
  openAlertTarget,
  saveAlertChannel,
} from '../../../../src/db/queries/alerts/alert-channels.ts';
import { findDeliveriesOf, insertDelivery } from '../../../../src/db/queries/alerts/alert-deliveries.ts';
import type { AlertChannel, ChannelTarget } from '../../../../src/domain/alert/alert-channel.ts';
import { Secret } from '../../../../src/domain/secret.ts';
import { ENGINES, openRows, type Rows } from '../../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const TARGET: ChannelTarget = {
  kind: 'WEBHOOK',
  url: new Secret('https://desk.example/canary'),
  secret: new Secret('whsec_canary'),
  ...{ user: null, sender: null, recipient: null },
};

const channel = (id: string, parts: Partial<AlertChannel> = {}): AlertChannel => ({
  id,
  name: `Channel ${id}`,
  kind: 'WEBHOOK',
  destination: 'desk.example',
  kinds: null,
  accountId: null,
  afterMinutes: 0,
  quiet: null,
  createdAt: at(0),
  pingedAt: null,
  pingAnswer: null,
  ...parts,
});

const save = (database: Rows, saved: AlertChannel, target: ChannelTarget | null = TARGET) =>
  database.write((trx) => saveAlertChannel(trx, database.vault, saved, target));

describe.each(ENGINES)('%s', (engine) => {
  test('a channel is found as it was saved, and how it is reached stays sealed', async () => {
    await using database = await openRows(engine);
    const quiet = { from: '22:00', until: '06:00' };
    const full = channel('a', { kinds: ['DRIFT', 'MISSED'], accountId: 'UPSTOX_01', afterMinutes: 5, quiet });
    await save(database, full);
    expect(await findAlertChannels(database.read)).toEqual([full]);
    expect(await openAlertTarget(database.read, database.vault, 'a')).toEqual(TARGET);
    expect(await openAlertTarget(database.read, database.vault, 'nobody’s')).toBeNull();
    expect(JSON.stringify(await database.raw('select * from vega_alert_channels'))).not.toContain('canary');
  });

  test('a change without a target leaves it as it is, and makes no channel', async () => {
    await using database = await openRows(engine);
    await save(database, channel('a'));
    const other = { ...TARGET, kind: 'NTFY', url: new Secret('https://ntfy.example/desk') } as const;
    await save(database, channel('a', { name: 'Renamed', kinds: ['DRIFT'] }), null);
    await save(database, channel('b'), null);
    expect(await findAlertChannels(database.read)).toEqual([
      channel('a', { name: 'Renamed', kinds: ['DRIFT'] }),
    ]);
    expect(await openAlertTarget(database.read, database.vault, 'a')).toEqual(TARGET);
    await save(database, channel('a'), other);
    expect(await findAlertChannels(database.read)).toEqual([
      channel('a', { kind: 'NTFY', destination: 'ntfy.example' }),
    ]);
  });

  test('the oldest channel comes first, those of one instant by their ids; no name is given twice', async () => {
    await using database = await openRows(engine);
    for (const id of ['b', 'B', 'a']) await save(database, channel(id));
    await save(database, channel('z', { createdAt: at(-1) }));
    await expect(save(database, channel('c', { name: 'Channel a' }))).rejects.toThrow(/unique constraint/i);
    expect((await findAlertChannels(database.read)).map(({ id }) => id)).toEqual(['z', 'B', 'a', 'b']);
  });

  test('a ping is claimed by one of those that have seen the last one', async () => {
    await using database = await openRows(engine);
    await save(database, channel('a'));
    const seen = async () => (await findAlertChannels(database.read))[0] ?? channel('none');
    const claim = (from: AlertChannel, second: number) =>
      database.write((trx) => claimPing(trx, from, at(second)));
    const never = await seen();
    expect([await claim(never, 1), await claim(never, 2)]).toEqual([true, false]);
    const once = await seen();
    expect(once.pingedAt).toEqual(at(1));
    expect([await claim(once, 3), await claim(once, 4)]).toEqual([true, false]);
    await database.write((trx) => notePing(trx, 'a', 'HTTP 204'));
    expect(await seen()).toMatchObject({ pingedAt: at(3), pingAnswer: 'HTTP 204' });
  });

  test('what waits for a channel is cancelled with it', async () => {
    await using database = await openRows(engine);
    const delivery = { alertId: 'alert', channelName: 'x', reason: 'RAISED', dueAt: at(0) } as const;
    await database.write(async (trx) => {
      for (const id of ['a', 'b']) {
        await saveAlertChannel(trx, database.vault, channel(id), TARGET);
        await insertDelivery(trx, { ...delivery, id, channelId: id }, { id: 4711, birth: null });
      }
    });
    const remove = () => database.write((trx) => deleteAlertChannel(trx, 'a'));
    expect([await remove(), await remove()]).toEqual([true, false]);
    const states = (await findDeliveriesOf(database.read, ['alert'])).map(({ state }) => state);
    expect(states).toEqual(['CANCELLED', 'PENDING']);
  });
});
