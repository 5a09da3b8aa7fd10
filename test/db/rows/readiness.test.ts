import { describe, expect, test } from 'vitest';
import { findVerdicts, keepForecast } from '../../../src/db/queries/readiness.ts';
import type { Readiness } from '../../../src/domain/readiness/readiness.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const DAY_MS = 86_400_000;
const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);
const BELL = new Date('2026-11-18T09:15:00+05:30');

const forecast = (parts: Partial<Readiness> = {}): Readiness => ({
  accountId: 'UPSTOX_01',
  verdict: 'ON_TRACK',
  bell: BELL,
  eta: at(60),
  etaWorst: null,
  latestSafeStart: null,
  probability: 0.9,
  confidence: 'HIGH',
  missing: [],
  reasons: [],
  session: null,
  computedAt: at(0),
  ...parts,
});

const keep = (database: Rows, kept: Readiness, mustKeep = false) =>
  database.write((trx) => keepForecast(trx, kept, mustKeep));

describe.each(ENGINES)('%s', (engine) => {
  test('a turn is told once, to the process that stores it', async () => {
    await using database = await openRows(engine);
    const risk = forecast({ verdict: 'AT_RISK', computedAt: at(1) });
    expect(await keep(database, forecast())).toBe(false);
    expect([await keep(database, risk), await keep(database, risk)]).toEqual([true, false]);
    expect(await findVerdicts(database.read, risk, at(0))).toEqual(['ON_TRACK', 'AT_RISK']);
    expect(await findVerdicts(database.read, risk, at(1))).toEqual(['AT_RISK']);
  });

  test('what says the same is kept only where it must be', async () => {
    await using database = await openRows(engine);
    for (const probability of [0.9, 0.94, 0.84, null, null, 0])
      await keep(database, forecast({ probability }));
    await keep(database, forecast({ probability: 0.01 }), true);
    const rows = await database.raw('select probability, eta, eta_worst from vega_readiness order by id');
    expect(rows.map(({ probability }) => probability)).toEqual([0.9, 0.84, null, 0, 0.01]);
    expect(rows.map(({ eta, eta_worst }) => [Number(eta), eta_worst])[0]).toEqual([at(60).getTime(), null]);
  });

  test('verdicts come as they were stored, of one account and bell', async () => {
    await using database = await openRows(engine);
    const other = new Date(BELL.getTime() + DAY_MS);
    await keep(database, forecast({ computedAt: at(9) }));
    await keep(database, forecast({ verdict: 'TOO_LATE', computedAt: at(1) }));
    await keep(database, forecast({ verdict: 'READY', bell: other }));
    await keep(database, forecast({ verdict: 'AT_RISK', accountId: 'UPSTOX_02' }));
    expect(await findVerdicts(database.read, forecast(), at(0))).toEqual(['ON_TRACK', 'TOO_LATE']);
    expect(await findVerdicts(database.read, forecast({ bell: other }), at(0))).toEqual(['READY']);
  });

  test('without a bell nothing is kept or found', async () => {
    await using database = await openRows(engine);
    expect(await keep(database, forecast({ bell: null }), true)).toBe(false);
    await keep(database, forecast());
    expect(await findVerdicts(database.read, forecast({ bell: null }), at(0))).toEqual([]);
  });

  test('forecasts go after 400 days, those of the account alone', async () => {
    await using database = await openRows(engine);
    const old = { computedAt: new Date(at(0).getTime() - 400 * DAY_MS - 1) };
    await keep(database, forecast({ ...old, verdict: 'READY' }));
    await keep(database, forecast({ ...old, accountId: 'UPSTOX_02' }));
    await keep(database, forecast());
    const rows = await database.raw('select account_id, verdict from vega_readiness order by id');
    expect(rows.map(({ account_id, verdict }) => `${account_id} ${verdict}`)).toEqual([
      'UPSTOX_02 ON_TRACK',
      'UPSTOX_01 ON_TRACK',
    ]);
  });
});
