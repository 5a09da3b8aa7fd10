import { describe, expect, test } from 'vitest';
import { findAbortRequests, requestAbort } from '../../../src/db/queries/abort-requests.ts';
import {
  countRuns,
  findEndingRuns,
  findLatestRun,
  findLatestRuns,
  findRun,
  findUnfinishedRun,
  findUnfinishedRuns,
  insertRun,
  isRunOf,
  takeOverRun,
  updateRun,
} from '../../../src/db/queries/generation-runs.ts';
import type { ProcessMark } from '../../../src/domain/process-mark.ts';
import { failureOf, NEXT_ACTIONS } from '../../../src/domain/run/failure.ts';
import {
  GENERATION_MODES,
  type GenerationRun,
  pendingStep,
  RUN_STATUSES,
  withStep,
} from '../../../src/domain/run/generation-run.ts';
import { ENGINES, openRows, type RowsDatabase } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const run = (parts: Partial<GenerationRun> = {}): GenerationRun => ({
  id: 'run-1',
  accountId: 'UPSTOX_01',
  mode: 'ALL',
  status: 'RUNNING',
  startedAt: at(0),
  endedAt: null,
  waitingUntil: null,
  steps: [pendingStep('WEBSOCKET2'), pendingStep('PRIMARY'), pendingStep('OPTIONCHAIN1')],
  ...parts,
});

const insert = (database: RowsDatabase, inserted: GenerationRun, processId = 4711) =>
  database.write((transaction) => insertRun(transaction, inserted, { id: processId, birth: null }));

describe.each(ENGINES)('%s', (engine) => {
  test('a run is found as it was stored, its steps in their order', async () => {
    await using database = await openRows(engine);
    await insert(database, run());
    expect(await findRun(database.read, 'run-1')).toEqual(run());
    expect(await findRun(database.read, 'run-2')).toBeNull();
  });

  test('the run that has not ended is found, and that somebody asked for its end', async () => {
    await using database = await openRows(engine);
    const { read } = database;
    await insert(database, run({ id: 'run-0', status: 'COMPLETED', endedAt: at(1) }));
    expect(await findUnfinishedRun(read, 'UPSTOX_01')).toBeNull();
    await insert(database, run());
    expect(await findUnfinishedRun(read, 'UPSTOX_01')).toEqual({ run: run(), abortRequested: false });
    expect(await findUnfinishedRun(read, 'UPSTOX_02')).toBeNull();
    expect(await findAbortRequests(read, ['run-0', 'run-1'])).toEqual([]);
    await database.write((trx) => requestAbort(trx, 'run-1', at(2)));
    expect(await findAbortRequests(read, ['run-0', 'run-1'])).toEqual(['run-1']);
    expect(await findAbortRequests(read, [])).toEqual([]);
    expect(await findUnfinishedRun(read, 'UPSTOX_01')).toEqual({ run: run(), abortRequested: true });
  });

  test('a run is found again, whatever its mode and status', async () => {
    await using database = await openRows(engine);
    for (const mode of GENERATION_MODES)
      for (const status of RUN_STATUSES) {
        const stored = run({ id: `${mode} ${status}`, mode, status, endedAt: at(9), steps: [] });
        await insert(database, stored);
        expect(await findRun(database.read, stored.id)).toEqual(stored);
      }
  });

  test('what has become of a step is written, with the failure in full', async () => {
    await using database = await openRows(engine);
    await insert(database, run());
    const failure = {
      code: 'CREDENTIALS_REJECTED',
      message: 'The broker answered 1017106.',
      nextAction: NEXT_ACTIONS.CREDENTIALS_REJECTED,
      submitted: ['MOBILE', 'OTP', 'PIN'],
    } as const;
    const failed = withStep(run({ status: 'STOPPED', endedAt: at(20) }), 'PRIMARY', {
      status: 'FAILED',
      step: 'PIN',
      failure,
      startedAt: at(1),
      endedAt: at(19),
    });
    await database.write((transaction) => updateRun(transaction, failed, 'PRIMARY'));
    expect(await findRun(database.read, 'run-1')).toEqual(failed);
  });

  test('token_execution_state: other programs read next_api, also after a throttled one, and when it failed last', async () => {
    await using database = await openRows(engine);
    await insert(database, run());
    const failure = {
      code: 'THROTTLED',
      message: 'x',
      nextAction: NEXT_ACTIONS.THROTTLED,
      submitted: [],
    } as const;
    const done = withStep(run(), 'WEBSOCKET2', { status: 'DONE', startedAt: at(1), endedAt: at(3) });
    const failed = withStep(done, 'PRIMARY', { status: 'FAILED', failure, startedAt: at(4), endedAt: at(6) });
    const cutOff = withStep(failed, 'OPTIONCHAIN1', { status: 'FAILED', failure, startedAt: at(7) });
    const told = () => database.read.selectFrom('token_execution_state').selectAll().execute();
    const row = { execution_id: 'run-1', last_success_api: 'WEBSOCKET2', status: 'RUNNING' };
    await database.write((transaction) => updateRun(transaction, failed));
    expect(await told()).toEqual([
      { ...row, next_api: 'PRIMARY', last_failure_epoch: at(6).getTime(), updated_at: at(6).getTime() },
    ]);
    await database.write((transaction) => updateRun(transaction, cutOff));
    expect(await told()).toEqual([
      { ...row, next_api: 'PRIMARY', last_failure_epoch: at(6).getTime(), updated_at: at(7).getTime() },
    ]);
  });

  test('one step is written without the others, or all of them', async () => {
    await using database = await openRows(engine);
    await insert(database, run());
    const skipped = run({ steps: run().steps.map((step) => ({ ...step, status: 'SKIPPED' as const })) });
    const statuses = async () => (await findRun(database.read, 'run-1'))?.steps.map(({ status }) => status);
    await database.write((transaction) => updateRun(transaction, skipped, 'PRIMARY'));
    expect(await statuses()).toEqual(['PENDING', 'SKIPPED', 'PENDING']);
    await database.write((transaction) => updateRun(transaction, skipped));
    expect(await statuses()).toEqual(['SKIPPED', 'SKIPPED', 'SKIPPED']);
  });

  test('the latest run is the one of the account that was started last', async () => {
    await using database = await openRows(engine);
    await insert(database, run({ id: 'second', startedAt: at(60) }));
    await insert(database, run({ id: 'first' }));
    await insert(database, run({ id: 'of another', accountId: 'UPSTOX_02', startedAt: at(120) }));
    expect((await findLatestRun(database.read, 'UPSTOX_01'))?.id).toBe('second');
    expect((await findLatestRun(database.read, 'UPSTOX_02'))?.id).toBe('of another');
    expect(await findLatestRun(database.read, 'UPSTOX_03')).toBeNull();
  });

  test('the latest runs come the newest first, those of one instant by their ids, and as many as are asked for', async () => {
    await using database = await openRows(engine);
    for (const id of ['b', 'B', 'c', 'a']) await insert(database, run({ id }));
    await insert(database, run({ id: 'older', startedAt: at(-1) }));
    const ids = async (limit: number) =>
      (await findLatestRuns(database.read, 'UPSTOX_01', limit)).map(({ id }) => id);
    expect(await ids(9)).toEqual(['c', 'b', 'a', 'B', 'older']);
    expect(await ids(2)).toEqual(['c', 'b']);
    expect(await database.write((trx) => findLatestRuns(trx, 'UPSTOX_01', 9))).toHaveLength(5);
    expect((await findLatestRun(database.read, 'UPSTOX_01'))?.id).toBe('c');
  });

  test('runs since an instant are found once one of them has ended another token', async () => {
    await using database = await openRows(engine);
    const old = run({ id: 'old', startedAt: at(-1) });
    for (const one of [old, run({ id: 'b' }), run({ id: 'a' })]) await insert(database, one);
    const since = async (second: number) =>
      (await findEndingRuns(database.read, 'UPSTOX_01', at(second))).map(({ id }) => id);
    expect(await since(-9)).toEqual([]);
    const ending = run({ id: 'a', endedTokens: [{ apiName: 'PRIMARY', endedBy: ['WEBSOCKET1'] }] });
    await database.write((trx) => updateRun(trx, ending));
    expect(await findRun(database.read, 'a')).toEqual(ending);
    expect(await since(-9)).toEqual(['b', 'a', 'old']);
    expect(await since(0)).toEqual(['b', 'a']);
    expect(await since(1)).toEqual([]);
  });

  test('an unfinished run is found with the process that executes it, in the order of the ids', async () => {
    await using database = await openRows(engine);
    for (const [index, status] of RUN_STATUSES.entries())
      await insert(database, run({ id: status, status }), index);
    const unfinished = await findUnfinishedRuns(database.read);
    expect(unfinished.map(({ run: { id }, owner }) => [id, owner])).toEqual([
      ['COOLDOWN', { id: 2, birth: null }],
      ['QUEUED', { id: 6, birth: null }],
      ['RUNNING', { id: 0, birth: null }],
      ['WAITING_OPERATOR', { id: 1, birth: null }],
    ]);
  });

  test.each([null, 'Mon Nov 16'])('a run of a process born %j is taken over once', async (birth) => {
    await using database = await openRows(engine);
    await database.write((trx) => insertRun(trx, run(), { id: 4711, birth }));
    const takeOver = (from: ProcessMark, to: ProcessMark) =>
      database.write((trx) => takeOverRun(trx, 'run-1', from, to));
    const [us, them] = [
      { id: 1, birth: 'us' },
      { id: 2, birth: 'them' },
    ];
    expect(await takeOver({ id: 4711, birth: 'another' }, us)).toBe(false);
    expect(await takeOver({ id: 4711, birth }, us)).toBe(true);
    expect(await takeOver({ id: 4711, birth }, them)).toBe(false);
    expect((await findUnfinishedRuns(database.read)).map(({ owner }) => owner)).toEqual([us]);
    expect(await isRunOf(database.read, 'run-1', us)).toBe(true);
    expect(await isRunOf(database.read, 'run-1', them)).toBe(false);
  });

  test('runs are counted by what became of them', async () => {
    await using database = await openRows(engine);
    const statuses = ['STOPPED', 'COMPLETED', 'STOPPED', 'RUNNING'] as const;
    for (const [index, status] of statuses.entries()) await insert(database, run({ id: `${index}`, status }));
    await insert(database, run({ id: 'of another', accountId: 'UPSTOX_02' }));
    expect([...(await countRuns(database.read, 'UPSTOX_01'))]).toEqual([
      ['COMPLETED', 1],
      ['RUNNING', 1],
      ['STOPPED', 2],
    ]);
  });

  test('an id with NUL is one of no run, and a message with NUL is no reason to refuse a run', async () => {
    await using database = await openRows(engine);
    const failure = failureOf('INTERNAL', 'half\0a message', []);
    const steps = [{ ...pendingStep('PRIMARY'), status: 'FAILED' as const, failure }];
    await insert(database, run({ steps }));
    expect(await findRun(database.read, 'run-1\0')).toBeNull();
    const found = await findRun(database.read, 'run-1');
    expect(found?.steps[0]?.failure?.message).toMatch(/^half.a message$/s);
  });

  test('a run that cannot be stored whole is not stored at all', async () => {
    await using database = await openRows(engine);
    const twice = run({ steps: [pendingStep('PRIMARY'), pendingStep('PRIMARY')] });
    await expect(insert(database, twice)).rejects.toThrow(/unique constraint/i);
    expect(await findRun(database.read, 'run-1')).toBeNull();
  });
});
