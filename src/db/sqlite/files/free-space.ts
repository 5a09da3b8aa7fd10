import { setTimeout as delay } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import type { OpenedFile } from '../opened-file.ts';
import { runInWorker } from '../sqlite-worker.ts';

/** Free bytes that may stay in the file, to be used again. */
const SPARE_BYTES = 4_194_304;
/** The largest content that is vacuumed at a start. */
const MOST_BYTES_WRITTEN = 67_108_864;
/** Pages per short transaction, and the pause after it. */
const [PAGES_AT_ONCE, PAUSE_MS] = [64, 5];

const INCREMENTAL = 2;

const number = (connection: Sqlite.Database, pragma: string): number =>
  Number(connection.pragma(pragma, { simple: true }));

const freeBytes = (connection: Sqlite.Database): number =>
  number(connection, 'freelist_count') * number(connection, 'page_size');

const canShrink = (connection: Sqlite.Database): boolean => number(connection, 'auto_vacuum') === INCREMENTAL;

/**
 * Returns free pages to the disk, a few at a time, so that neither the event loop nor another program waits. False when
 * there are few.
 */
export const releaseFreePages = async (file: OpenedFile, isWanted: () => boolean): Promise<boolean> => {
  const { connection } = file;
  if (!canShrink(connection) || freeBytes(connection) <= SPARE_BYTES) return false;
  let left = Number.POSITIVE_INFINITY;
  while (isWanted() && left > SPARE_BYTES) {
    const before = left;
    left = await file.whenIdle(() => {
      connection.pragma(`incremental_vacuum(${PAGES_AT_ONCE})`);
      return freeBytes(connection);
    });
    if (left >= before) break;
    await delay(PAUSE_MS);
  }
  await runInWorker({ file: connection.name, body: CHECKPOINT });
  return true;
};

/** Truncates the file. */
const CHECKPOINT = "connection.pragma('wal_checkpoint(TRUNCATE)');";

/**
 * Vacuums a file that was made without `auto_vacuum`, so that it can shrink from then on. Only where much of it is free
 * and its content is small enough to be quick.
 */
export const compactAtStart = async ({ connection }: OpenedFile): Promise<void> => {
  if (canShrink(connection)) return;
  const free = freeBytes(connection);
  const used = number(connection, 'page_count') * number(connection, 'page_size') - free;
  if (free <= SPARE_BYTES || free < used / 2 || used > MOST_BYTES_WRITTEN) return;
  const body = `connection.pragma('auto_vacuum = INCREMENTAL'); connection.exec('vacuum'); ${CHECKPOINT}`;
  await runInWorker({ file: connection.name, body });
};
