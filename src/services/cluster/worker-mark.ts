import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { isOwnFile, MAKE_NEW, OPEN_OWN, PRIVATE_FILE } from '../../db/files/own-file.ts';

/**
 * The file `worker.alive` in `.vega`: its time is that of the last answer that the worker of this folder had from its queue,
 * for health checks, which cannot ask a program that listens nowhere.
 */
export class WorkerMark implements Disposable {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = path.join(folder, 'worker.alive');
  }

  /** A full disk does not end a worker: its mark grows old. */
  renew(): void {
    try {
      const isThere = isOwnFile(this.#file);
      // Writing through a link would overwrite another file.
      if (!isThere) rmSync(this.#file, { force: true });
      const handle = openSync(this.#file, isThere ? OPEN_OWN : MAKE_NEW, PRIVATE_FILE);
      try {
        writeSync(handle, '\n', 0);
      } finally {
        closeSync(handle);
      }
    } catch {
      // The health check says it.
    }
  }

  /** A worker that has ended has none. */
  [Symbol.dispose](): void {
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // It grows old.
    }
  }
}
