import { describe, expect, test } from 'vitest';
import {
  changeAuthRecord,
  ensureAuthRecord,
  findAuthRecord,
  findAuthRecords,
  movePhase,
} from '../../../src/db/queries/auth-states.ts';
import type { AuthRecord } from '../../../src/domain/auth/auth-state.ts';
import { ENGINES, openRows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const IDLE: AuthRecord = {
  accountId: 'UPSTOX_01',
  phase: 'IDLE',
  since: at(0),
  cooldown: null,
  quarantinedAt: null,
  clearedAt: null,
  acceptedUntil: null,
  isLoggedOut: false,
  isConfirmed: false,
};

describe.each(ENGINES)('%s', (engine) => {
  test('an account is idle where nothing was stored, and is made idle once', async () => {
    await using database = await openRows(engine);
    const found = () => findAuthRecord(database.read, 'UPSTOX_01');
    expect(await found()).toEqual({ ...IDLE, since: new Date(0) });
    await database.write((trx) => ensureAuthRecord(trx, 'UPSTOX_01', at(0)));
    await database.write((trx) => ensureAuthRecord(trx, 'UPSTOX_01', at(9)));
    expect(await found()).toEqual(IDLE);
  });

  test('the states of all accounts are each as the one of its account', async () => {
    await using database = await openRows(engine);
    expect(await findAuthRecords(database.read)).toEqual(new Map());
    await database.write(async (trx) => {
      await ensureAuthRecord(trx, 'UPSTOX_01', at(0));
      await ensureAuthRecord(trx, 'UPSTOX_2', at(5));
      await changeAuthRecord(trx, 'UPSTOX_2', { quarantinedAt: at(6), enteredAt: at(7) });
    });
    const found = await findAuthRecords(database.read);
    expect([...found.keys()].sort()).toEqual(['UPSTOX_01', 'UPSTOX_2']);
    for (const [id, record] of found) expect(record).toEqual(await findAuthRecord(database.read, id));
  });

  test('the phase moves only from the one that is expected', async () => {
    await using database = await openRows(engine);
    await database.write((trx) => ensureAuthRecord(trx, 'UPSTOX_01', at(0)));
    const move = (second: number) =>
      database.write((trx) => movePhase(trx, 'UPSTOX_01', 'IDLE', 'PARTIAL_AUTH', at(second)));
    expect([await move(1), await move(2)]).toEqual([true, false]);
    expect(await findAuthRecord(database.read, 'UPSTOX_01')).toEqual({
      ...{ ...IDLE, phase: 'PARTIAL_AUTH', since: at(1) },
    });
  });

  test('what is changed is changed alone, and can be taken back', async () => {
    await using database = await openRows(engine);
    await database.write((trx) => ensureAuthRecord(trx, 'UPSTOX_01', at(0)));
    const changed = async (change: Parameters<typeof changeAuthRecord>[2]) => {
      await database.write((trx) => changeAuthRecord(trx, 'UPSTOX_01', change));
      return findAuthRecord(database.read, 'UPSTOX_01');
    };
    const cooldown = { from: at(1), until: at(601), reason: 'THROTTLED' } as const;
    const times = { quarantinedAt: at(2), clearedAt: at(3), acceptedUntil: at(4) };
    expect(await changed({ cooldown, isConfirmed: true })).toEqual({ ...IDLE, cooldown, isConfirmed: true });
    expect(await changed({ ...times, isLoggedOut: true })).toEqual({
      ...{ ...IDLE, ...times, cooldown, isConfirmed: true, isLoggedOut: true },
    });
    expect(
      await changed({
        ...{ cooldown: null, quarantinedAt: null, clearedAt: null, acceptedUntil: null },
        ...{ isLoggedOut: false, isConfirmed: false },
      }),
    ).toEqual(IDLE);
  });

  test('when it became the active account is known, where that was stored', async () => {
    await using database = await openRows(engine);
    await database.write((trx) => ensureAuthRecord(trx, 'UPSTOX_01', at(0)));
    await database.write((trx) => changeAuthRecord(trx, 'UPSTOX_01', { enteredAt: at(5) }));
    expect(await findAuthRecord(database.read, 'UPSTOX_01')).toEqual({ ...IDLE, enteredAt: at(5) });
  });
});
