import { describe, expect, test } from 'vitest';
import { findDeliveriesOf, insertDelivery } from '../../../../src/db/queries/alerts/alert-deliveries.ts';
import {
  findAlert,
  findAlerts,
  findLinkedAlert,
  findUnanswered,
  findUnresolved,
  insertAlert,
  insertAlertLink,
  markAcknowledged,
  markResolved,
  pruneAlerts,
} from '../../../../src/db/queries/alerts/alerts.ts';
import type { Alert, AlertDraft } from '../../../../src/domain/alert/alert.ts';
import { ENGINES, openRows, type Rows } from '../../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

type Raised = Pick<Alert, 'id' | 'raisedAt'> & AlertDraft;

const alert = (id: string, parts: Partial<Raised> = {}): Raised => ({
  id,
  kind: 'MISSED',
  fact: `fact of ${id}`,
  accountId: 'UPSTOX_01',
  title: 'The tokens are missing.',
  text: 'टोकन – run it.',
  raisedAt: at(0),
  ...parts,
});

const insert = async (database: Rows, alerts: readonly Raised[]): Promise<readonly boolean[]> => {
  const inserted = [];
  for (const one of alerts) inserted.push(await database.write((trx) => insertAlert(trx, one)));
  return inserted;
};

const idsOf = (alerts: readonly { readonly id: string }[]) => alerts.map(({ id }) => id);

describe.each(ENGINES)('%s', (engine) => {
  test('an alert is found as it was raised; its fact is told once of one kind', async () => {
    await using database = await openRows(engine);
    const same = alert('b', { fact: 'fact of a' });
    const inserted = await insert(database, [alert('a'), same, { ...same, id: 'c', kind: 'DRIFT' }]);
    expect(inserted).toEqual([true, false, true]);
    const { fact: _fact, ...told } = alert('a');
    const open = { acknowledgedAt: null, acknowledgedBy: null, resolvedAt: null };
    expect(await findAlert(database.read, 'a')).toEqual({ ...told, ...open });
    expect(await findAlert(database.read, 'b')).toBeNull();
  });

  test('the newest alert comes first, of one instant the one that was made last', async () => {
    await using database = await openRows(engine);
    await insert(database, [
      ...['2', '1', '3'].map((id) => alert(id)),
      alert('0', { raisedAt: at(1), accountId: null }),
      alert('9', { raisedAt: at(2), accountId: 'UPSTOX_02' }),
    ]);
    const found = async (first: number, accountId: string | null) =>
      idsOf(await findAlerts(database.read, { first, accountId }));
    expect(await found(9, null)).toEqual(['9', '0', '3', '2', '1']);
    expect(await found(3, 'UPSTOX_01')).toEqual(['0', '3', '2']);
  });

  test('unresolved facts are found by kind, account, beginning and time, the oldest first', async () => {
    await using database = await openRows(engine);
    await insert(database, [
      alert('2', { fact: 'drift é of PRIMARY' }),
      alert('1', { fact: 'drift é of WEBSOCKET1' }),
      alert('3', { fact: 'DRIFT É', raisedAt: at(-1) }),
      alert('4', { fact: 'drift_é', raisedAt: at(5) }),
      alert('5', { accountId: null }),
      alert('6', { kind: 'DRIFT' }),
      alert('7', { fact: 'over' }),
    ]);
    await database.write((trx) => markResolved(trx, [], at(9)));
    await database.write((trx) => markResolved(trx, ['7'], at(9)));
    const kinds = ['MISSED', 'AT_RISK'] as const;
    const ofOne = { kinds, accountId: 'UPSTOX_01' };
    expect(idsOf(await findUnresolved(database.read, ofOne))).toEqual(['3', '1', '2', '4']);
    expect(idsOf(await findUnresolved(database.read, { kinds, accountId: null }))).toEqual(['5']);
    expect(await findUnresolved(database.read, { kinds: [], accountId: null })).toEqual([]);
    expect(idsOf(await findUnresolved(database.read, { ...ofOne, prefix: 'drift é' }))).toEqual(['1', '2']);
    expect(idsOf(await findUnresolved(database.read, { ...ofOne, raisedBefore: at(0) }))).toEqual(['3']);
  });

  test('unanswered is what nobody has acknowledged and still holds', async () => {
    await using database = await openRows(engine);
    await insert(
      database,
      ['1', '2', '3'].map((id) => alert(id)),
    );
    await database.write((trx) => markResolved(trx, ['1'], at(1)));
    await database.write((trx) => markAcknowledged(trx, '2', 'operator', at(1)));
    expect(idsOf(await findUnanswered(database.read))).toEqual(['3']);
    expect((await findAlert(database.read, '1'))?.resolvedAt).toEqual(at(1));
  });

  test('an alert is acknowledged once, and its links lead nowhere then', async () => {
    await using database = await openRows(engine);
    await insert(database, [alert('a'), alert('b')]);
    await database.write(async (trx) => {
      for (const id of ['a', 'b']) await insertAlertLink(trx, `hash of ${id}`, id, at(0));
    });
    const linked = async (hash: string, since: number) =>
      (await findLinkedAlert(database.read, hash, at(since)))?.id;
    expect([await linked('hash of a', 0), await linked('hash of a', 1)]).toEqual(['a', undefined]);
    const acknowledge = (by: string) => database.write((trx) => markAcknowledged(trx, 'a', by, at(5)));
    expect([await acknowledge('link'), await acknowledge('operator')]).toEqual([true, false]);
    expect(await findAlert(database.read, 'a')).toMatchObject({
      acknowledgedAt: at(5),
      acknowledgedBy: 'link',
    });
    expect([await linked('hash of a', 0), await linked('hash of b', 0)]).toEqual([undefined, 'b']);
  });

  test('a thousand are kept; what belongs to the others goes with them', async () => {
    await using database = await openRows(engine);
    await insert(database, [alert('oldest', { raisedAt: at(-2) }), alert('old', { raisedAt: at(-1) })]);
    const delivery = { channelId: 'c', channelName: 'c', reason: 'RAISED', dueAt: at(0) } as const;
    await database.write(async (trx) => {
      for (const alertId of ['oldest', 'old']) {
        await insertDelivery(trx, { ...delivery, id: alertId, alertId }, { id: 4711, birth: null });
        await insertAlertLink(trx, alertId, alertId, at(0));
      }
      await pruneAlerts(trx);
    });
    const left = async () => [
      idsOf(await findDeliveriesOf(database.read, ['oldest', 'old'])),
      (await findLinkedAlert(database.read, 'oldest', at(0)))?.id,
      (await findAlerts(database.read, { first: 9999, accountId: null })).length,
    ];
    expect(await left()).toEqual([['old', 'oldest'], 'oldest', 2]);
    await database.write(async (trx) => {
      for (let index = 1; index < 1000; index += 1) await insertAlert(trx, alert(String(index)));
      await pruneAlerts(trx);
    });
    expect(await left()).toEqual([['old'], undefined, 1000]);
  });
});
