import { describe, expect, test } from 'vitest';
import { saveAlertChannel } from '../../../../src/db/queries/alerts/alert-channels.ts';
import {
  cancelWaiting,
  claimDelivery,
  countUndelivered,
  findDeliveriesOf,
  findDue,
  findNextDue,
  insertDelivery,
  settleDelivery,
} from '../../../../src/db/queries/alerts/alert-deliveries.ts';
import { insertAlert, markAcknowledged } from '../../../../src/db/queries/alerts/alerts.ts';
import type { AlertKind } from '../../../../src/domain/alert/alert.ts';
import type { AlertDelivery, DeliveryState } from '../../../../src/domain/alert/alert-delivery.ts';
import type { ProcessMark } from '../../../../src/domain/process-mark.ts';
import { Secret } from '../../../../src/domain/secret.ts';
import { ENGINES, openRows, type Rows } from '../../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const US: ProcessMark = { id: 4711, birth: 'born' };
const OTHER: ProcessMark = { id: 4712, birth: null };

type Planned = Parameters<typeof insertDelivery>[1];

const planned = (id: string, parts: Partial<Planned> = {}): Planned => ({
  ...{ id, alertId: 'alert', channelId: 'channel', channelName: 'Desk', reason: 'RAISED', dueAt: at(0) },
  ...parts,
});

const insert = (database: Rows, deliveries: readonly Planned[], madeBy = US) =>
  database.write(async (trx) => {
    for (const one of deliveries) await insertDelivery(trx, one, madeBy);
  });

const find = async (database: Rows, id: string, alertId = 'alert'): Promise<AlertDelivery> => {
  const found = (await findDeliveriesOf(database.read, [alertId])).find((one) => one.id === id);
  if (found === undefined) throw new Error(`There is no delivery ${id}.`);
  return found;
};

const claim = async (database: Rows, delivery: AlertDelivery, by = US) =>
  database.write((trx) => claimDelivery(trx, delivery, by, { now: at(1), until: at(61) }));

const settle = (database: Rows, id: string, state: DeliveryState, dueAt = at(9)) =>
  database.write((trx) => settleDelivery(trx, id, { state, answer: 'HTTP 204', dueAt }));

const due = async (database: Rows, second: number, ofEachChannel = 9) =>
  (await findDue(database.read, at(second), ofEachChannel)).map(({ id }) => id);

describe.each(ENGINES)('%s', (engine) => {
  test('deliveries of alerts are found by their time, those of one instant as they were made', async () => {
    await using database = await openRows(engine);
    await insert(database, [planned('2'), planned('1'), planned('0', { dueAt: at(1) })]);
    await insert(database, [planned('3', { alertId: 'other' }), planned('4', { alertId: 'third' })]);
    const found = await findDeliveriesOf(database.read, ['alert', 'other']);
    expect(found.map(({ id }) => id)).toEqual(['1', '2', '3', '0']);
    expect(found[0]).toEqual({
      ...{ ...planned('1'), state: 'PENDING', attempts: 0, attemptedAt: null, answer: null },
    });
    expect(await findDeliveriesOf(database.read, [])).toEqual([]);
  });

  test('the next due one is the earliest that waits', async () => {
    await using database = await openRows(engine);
    expect(await findNextDue(database.read)).toBeNull();
    await insert(database, [planned('1', { dueAt: at(5) }), planned('2', { dueAt: at(3) })]);
    expect(await findNextDue(database.read)).toEqual(at(3));
    await settle(database, '2', 'DELIVERED');
    expect(await findNextDue(database.read)).toEqual(at(5));
  });

  test('what was never tried comes first, then what is due longer, then what was made earlier', async () => {
    await using database = await openRows(engine);
    const times = [
      ['tried', -9],
      ['4', 0],
      ['2', 0],
      ['3', 0],
      ['late', -1],
      ['not yet', 1],
    ] as const;
    await insert(
      database,
      times.map(([id, second]) => planned(id, { dueAt: at(second) })),
    );
    await claim(database, await find(database, 'tried'));
    expect(await due(database, 0)).toEqual(['late', '2', '3', '4', 'tried']);
  });

  test('of each channel only the first ones are read, so that none holds up another', async () => {
    await using database = await openRows(engine);
    const of = (channelId: string, ids: readonly string[], second: number) =>
      insert(
        database,
        ids.map((id) => planned(id, { channelId, dueAt: at(second) })),
      );
    await of('dead', ['1', '3', '2'], 0);
    await of('alive', ['5', '4'], 1);
    expect(await due(database, 9, 2)).toEqual(['1', '2', '4', '5']);
    expect(await due(database, 9, 1)).toEqual(['1', '4']);
  });

  test('a delivery tells who made it and who is sending it, and one attempt is begun at a time', async () => {
    await using database = await openRows(engine);
    await insert(database, [planned('1')]);
    await insert(database, [planned('2')], OTHER);
    const [read] = await findDue(database.read, at(0), 9);
    expect(read).toMatchObject({ id: '1', madeBy: US, claim: null, attempts: 0 });
    if (read === undefined) return;
    expect([await claim(database, read), await claim(database, read, OTHER)]).toEqual([true, false]);
    const [untried, tried] = await findDue(database.read, at(0), 9);
    expect(untried).toMatchObject({ id: '2', madeBy: OTHER, claim: null });
    expect(tried).toMatchObject({ attempts: 1, attemptedAt: at(1), claim: { by: US, until: at(61) } });
    await settle(database, '1', 'PENDING');
    expect((await findDue(database.read, at(9), 9))[1]).toMatchObject({
      ...{ id: '1', claim: null, answer: 'HTTP 204', dueAt: at(9), attempts: 1 },
    });
  });

  test('what was cancelled stays so unless it arrived; what a person sent again is not cancelled', async () => {
    await using database = await openRows(engine);
    await insert(database, [planned('1'), planned('2'), planned('3', { reason: 'SENT_AGAIN' })]);
    await insert(database, [planned('4', { alertId: 'other' })]);
    await settle(database, '2', 'FAILED');
    await database.write((trx) => cancelWaiting(trx, []));
    await database.write((trx) => cancelWaiting(trx, ['alert']));
    const states = async () =>
      (await findDeliveriesOf(database.read, ['alert', 'other']))
        .map(({ id, state }) => `${id} ${state}`)
        .sort();
    expect(await states()).toEqual(['1 CANCELLED', '2 FAILED', '3 PENDING', '4 PENDING']);
    await settle(database, '1', 'FAILED');
    expect((await states())[0]).toBe('1 CANCELLED');
    await settle(database, '1', 'DELIVERED');
    expect((await states())[0]).toBe('1 DELIVERED');
  });

  test('undelivered is what is overdue or given up, of alerts that still matter and channels that are there', async () => {
    await using database = await openRows(engine);
    const target = { kind: 'SLACK', url: new Secret('https://slack.example'), secret: null } as const;
    const plain = { name: 'Desk', kind: 'SLACK', destination: '', kinds: null, accountId: null } as const;
    const channel = { ...plain, id: 'channel', afterMinutes: 0, quiet: null, createdAt: at(0) };
    const raise = (id: string, kind: AlertKind, second: number) =>
      database.write((trx) =>
        insertAlert(trx, {
          ...{ id, kind, fact: id, accountId: null, title: '-', text: '-', raisedAt: at(second) },
        }),
      );
    await database.write((trx) =>
      saveAlertChannel(
        trx,
        database.vault,
        { ...channel, pingedAt: null, pingAnswer: null },
        { ...target, user: null, sender: null, recipient: null },
      ),
    );
    await raise('alert', 'MISSED', -99);
    await raise('old news', 'RECOVERED', -99);
    await raise('news', 'RECOVERED', 0);
    await raise('seen', 'MISSED', 0);
    await insert(database, [
      ...[planned('overdue'), planned('later', { dueAt: at(5) }), planned('retried', { dueAt: at(5) })],
      ...[planned('given up', { dueAt: at(5) }), planned('gone', { channelId: 'gone' })],
      ...['old news', 'news', 'seen'].map((alertId) => planned(alertId, { alertId })),
    ]);
    await claim(database, await find(database, 'retried'));
    await settle(database, 'given up', 'FAILED');
    await database.write((trx) => markAcknowledged(trx, 'seen', 'operator', at(1)));
    const count = (second: number, since: number) =>
      countUndelivered(database.read, { now: at(second), informing: ['RECOVERED'], since: at(since) });
    expect(await count(0, 0)).toBe(4);
    expect(await count(0, 1)).toBe(3);
    expect(await count(5, -99)).toBe(6);
  });
});
