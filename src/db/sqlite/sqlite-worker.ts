import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** How long a worker waits for another program's lock. */
const LOCK_WAIT_MS = 5000;

interface Work {
  readonly file: string;
  /** The body of an async function of `connection`, the worker's own, and `data`. */
  readonly body: string;
  readonly data?: string | number;
}

const SCRIPT = (body: string): string => `
  const { parentPort, workerData } = require('node:worker_threads');
  const { sqlite, file, data } = workerData;
  const work = async (connection) => { ${body} };
  (async () => {
    const connection = new (require(sqlite))(file, { fileMustExist: true, timeout: ${LOCK_WAIT_MS} });
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  })().then(
    (result) => parentPort.postMessage(result),
    // SQLite's own class of errors does not pass between threads.
    ({ message, code }) => { throw Object.assign(new Error(message), { code }); },
  );`;

/** Works on a file in a thread of its own, so that long work does not block the event loop. Errors keep SQLite's code. */
export const runInWorker = async ({ file, body, data }: Work): Promise<unknown> => {
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const worker = new Worker(SCRIPT(body), { eval: true, workerData: { sqlite, file, data } });
  const ended = once(worker, 'exit').then(() => {
    throw new Error('The worker ended without an answer.');
  });
  // A message is emitted before the exit.
  const [result] = await Promise.race([once(worker, 'message'), ended]);
  return result;
};
