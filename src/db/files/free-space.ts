import { setTimeout as delay } from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import type { OpenedFile } from '../opened-file.ts';
import { runInWorker } from '../sqlite-worker.ts';

/** So many bytes that nothing lies in may stay in the file: they are soon used again. */
const SPARE_BYTES = 4_194_304;
/** A file is written anew as a whole only where that is quick. */
const MOST_BYTES_WRITTEN = 67_108_864;
/** How many pages are given back in one short transaction, and the pause after it. */
const [PAGES_AT_ONCE, PAUSE_MS] = [64, 5];

const INCREMENTAL = 2;

const number = (connection: Sqlite.Database, pragma: string): number =>
  Number(connection.pragma(pragma, { simple: true }));

const freeBytes = (connection: Sqlite.Database): number =>
  number(connection, 'freelist_count') * number(connection, 'page_size');

const canShrink = (connection: Sqlite.Database): boolean => number(connection, 'auto_vacuum') === INCREMENTAL;

/**
 * Gives what was deleted back to the disk, a few pages at a time, so that neither the event loop nor another program
 * waits. Answers whether there was any.
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

/** Only then the file itself grows shorter. */
const CHECKPOINT = "connection.pragma('wal_checkpoint(TRUNCATE)');";

/**
 * A file that was made without that ability gets it when it is written anew. Done at a start, where it is worth it and
 * quick; otherwise SQLite goes on using what is free in it.
 */
export const compactAtStart = async ({ connection }: OpenedFile): Promise<void> => {
  if (canShrink(connection)) return;
  const free = freeBytes(connection);
  const used = number(connection, 'page_count') * number(connection, 'page_size') - free;
  if (free <= SPARE_BYTES || free < used / 2 || used > MOST_BYTES_WRITTEN) return;
  const body = `connection.pragma('auto_vacuum = INCREMENTAL'); connection.exec('vacuum'); ${CHECKPOINT}`;
  await runInWorker({ file: connection.name, body });
};
