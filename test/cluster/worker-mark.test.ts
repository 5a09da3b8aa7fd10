import { existsSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { LookQueue } from '../../src/db/look-queue.ts';
import { createLogger } from '../../src/log.ts';
import { AccountWorker } from '../../src/services/cluster/account-worker.ts';
import { WorkerMark } from '../../src/services/cluster/worker-mark.ts';
import { openFolder } from '../support/folder.ts';
import { until } from '../support/test-app.ts';

const LONG_AGO = new Date('2026-11-23T03:00:00Z');

/** A worker whose queue answers as told, and has no work. */
const openWorker = (folder: string, reviveAbandoned: LookQueue['reviveAbandoned']): AccountWorker => {
  const queue: LookQueue = {
    add: async () => undefined,
    work: () => ({ [Symbol.asyncDispose]: async () => undefined }),
    egresses: async () => [],
    dueAt: async () => null,
    reviveAbandoned,
  };
  const [looks, jobs] = [{ look: async () => undefined }, { leaveAll: () => undefined }];
  const options = { queue, looks, jobs, concurrency: 1, egress: null, mark: new WorkerMark(folder) };
  return new AccountWorker({ ...options, log: createLogger('silent') });
};

test('a worker marks the time of each answer from its queue, and an ended one has no mark', async () => {
  using folder = openFolder();
  const mark = path.join(folder.directory, 'worker.alive');
  {
    await using _worker = openWorker(folder.directory, async () => []);
    await until('the mark', () => existsSync(mark));
    expect(statSync(mark).mode & 0o777).toBe(0o600);
  }
  expect(existsSync(mark)).toBe(false);
});

test('the mark grows old while the queue does not answer', async () => {
  using folder = openFolder();
  const mark = path.join(folder.directory, 'worker.alive');
  writeFileSync(mark, '');
  utimesSync(mark, LONG_AGO, LONG_AGO);
  let asked = 0;
  await using _worker = openWorker(folder.directory, async () => {
    asked += 1;
    throw new Error('the database is gone');
  });
  await until('the question', () => asked > 0);
  expect(statSync(mark).mtime).toEqual(LONG_AGO);
});

test('the mark is renewed in place, and never through a link', () => {
  using folder = openFolder();
  const file = path.join(folder.directory, 'worker.alive');
  const other = path.join(folder.directory, 'other');
  using mark = new WorkerMark(folder.directory);
  mark.renew();
  utimesSync(file, LONG_AGO, LONG_AGO);
  mark.renew();
  expect(statSync(file).mtimeMs).toBeGreaterThan(LONG_AGO.getTime());
  mark[Symbol.dispose]();
  writeFileSync(other, 'of somebody else');
  symlinkSync(other, file);
  mark.renew();
  expect([readFileSync(other, 'utf8'), readFileSync(file, 'utf8')]).toEqual(['of somebody else', '\n']);
});

test('a folder that is gone, as a full disk, ends nothing', () => {
  using folder = openFolder();
  using mark = new WorkerMark(path.join(folder.directory, 'none'));
  mark.renew();
  expect(existsSync(path.join(folder.directory, 'none'))).toBe(false);
});
