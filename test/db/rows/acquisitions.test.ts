import { describe, expect, test } from 'vitest';
import {
  countFailedProbe,
  findAcquisitions,
  findPending,
  insertAcquisitions,
  noteExpiry,
  noteRequest,
  settleAcquisition,
  settleAll,
  settleUnasked,
} from '../../../src/db/queries/approvals.ts';
import { insertRun } from '../../../src/db/queries/generation-runs.ts';
import type { ApiName } from '../../../src/domain/account/api-name.ts';
import type { AcquisitionKey, ExternalLogin } from '../../../src/domain/run/acquisition.ts';
import type { GenerationRun } from '../../../src/domain/run/generation-run.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const NONE: AcquisitionKey = { runId: 'none', apiName: 'PRIMARY' };

const CALLBACK: ExternalLogin = { kind: 'CALLBACK', stateHash: 'hash of the state', expiresAt: at(600) };

/** A run that waits for these APIs. */
const begin = async (
  database: Rows,
  id: string,
  apiNames: readonly ApiName[],
  login: ExternalLogin = { kind: 'APPROVAL' },
): Promise<readonly AcquisitionKey[]> => {
  const times = { startedAt: at(0), endedAt: null, waitingUntil: null };
  const run: GenerationRun = {
    ...{ id, accountId: 'UPSTOX_01', mode: 'ALL', status: 'WAITING_OPERATOR', steps: [] },
    ...times,
  };
  const apps = apiNames.map((apiName, index) => ({ apiName, clientId: `client-${index}` }));
  await database.write(async (trx) => {
    await insertRun(trx, run, { id: 4711, birth: null });
    await insertAcquisitions(trx, run, apps, login);
  });
  return keysOf(await findAcquisitions(database.read, id));
};

const keysOf = (acquisitions: readonly AcquisitionKey[]): readonly AcquisitionKey[] =>
  acquisitions.map(({ runId, apiName }) => ({ runId, apiName }));

/** The APIs of a run whose wait has ended, and when. */
const settled = async (database: Rows, runId: string) =>
  (await findAcquisitions(database.read, runId)).flatMap(({ apiName, settledAt }) =>
    settledAt === null ? [] : `${apiName} ${(settledAt.getTime() - at(0).getTime()) / 1000}`,
  );

describe.each(ENGINES)('%s', (engine) => {
  test('there is one for each app of a run, in their order, and none without apps', async () => {
    await using database = await openRows(engine);
    await begin(database, 'run-1', ['WEBSOCKET1', 'PRIMARY']);
    await begin(database, 'run-2', []);
    const common = { accountId: 'UPSTOX_01', runId: 'run-1', kind: 'APPROVAL', stateHash: null };
    const open = { requestedAt: null, expiresAt: null, failedProbes: 0, settledAt: null };
    expect(await findAcquisitions(database.read, 'run-1')).toEqual([
      { ...common, ...open, apiName: 'WEBSOCKET1', clientId: 'client-0' },
      { ...common, ...open, apiName: 'PRIMARY', clientId: 'client-1' },
    ]);
    expect(await findAcquisitions(database.read, 'run-2')).toEqual([]);
  });

  test('a callback is asked for when its run starts', async () => {
    await using database = await openRows(engine);
    await begin(database, 'run-1', ['PRIMARY'], CALLBACK);
    expect(await findAcquisitions(database.read, 'run-1')).toMatchObject([
      { kind: 'CALLBACK', stateHash: 'hash of the state', requestedAt: at(0), expiresAt: at(600) },
    ]);
  });

  test('of one run and API there is one', async () => {
    await using database = await openRows(engine);
    await expect(begin(database, 'run-1', ['PRIMARY', 'PRIMARY'])).rejects.toThrow(/unique constraint/i);
    expect(await findAcquisitions(database.read, 'run-1')).toEqual([]);
  });

  test('pending are those of any run that were requested, and are neither settled nor expired', async () => {
    await using database = await openRows(engine);
    const [first = NONE] = await begin(database, 'run-1', ['PRIMARY', 'WEBSOCKET1']);
    const [second = NONE, done = NONE] = await begin(database, 'run-2', ['PRIMARY', 'WEBSOCKET1']);
    const [callback] = await begin(database, 'run-3', ['PRIMARY'], CALLBACK);
    await database.write(async (trx) => {
      for (const key of [second, first, done]) await noteRequest(trx, key, at(1));
      await noteExpiry(trx, first, at(60));
      await settleAcquisition(trx, done, at(2));
    });
    expect(keysOf(await findPending(database.read, 'APPROVAL', at(59)))).toEqual([first, second]);
    expect(keysOf(await findPending(database.read, 'APPROVAL', at(60)))).toEqual([second]);
    expect(keysOf(await findPending(database.read, 'CALLBACK', at(60)))).toEqual([callback]);
    expect(await findPending(database.read, 'CALLBACK', at(600))).toEqual([]);
  });

  test('failed probes are counted', async () => {
    await using database = await openRows(engine);
    const [key = NONE] = await begin(database, 'run-1', ['PRIMARY', 'WEBSOCKET1']);
    for (const _ of [1, 2]) await database.write((trx) => countFailedProbe(trx, key));
    const probes = (await findAcquisitions(database.read, 'run-1')).map(({ failedProbes }) => failedProbes);
    expect(probes).toEqual([2, 0]);
  });

  test('each is settled once: alone, with its run, or where it was not asked for', async () => {
    await using database = await openRows(engine);
    const [key = NONE, asked = NONE] = await begin(database, 'run-1', [
      'PRIMARY',
      'WEBSOCKET1',
      'WEBSOCKET2',
    ]);
    await begin(database, 'run-2', ['PRIMARY']);
    const settle = () => database.write((trx) => settleAcquisition(trx, key, at(1)));
    expect([await settle(), await settle()]).toEqual([true, false]);
    await database.write(async (trx) => {
      await noteExpiry(trx, asked, at(60));
      await settleUnasked(trx, 'run-1', at(2));
    });
    expect(await settled(database, 'run-1')).toEqual(['PRIMARY 1', 'WEBSOCKET2 2']);
    await database.write((trx) => settleAll(trx, 'run-1', at(3)));
    expect(await settled(database, 'run-1')).toEqual(['PRIMARY 1', 'WEBSOCKET1 3', 'WEBSOCKET2 2']);
    expect(await settled(database, 'run-2')).toEqual([]);
  });
});
