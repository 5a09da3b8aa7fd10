import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

/** How long a worker waits for another program's lock: nobody else waits with it. */
const LOCK_WAIT_MS = 5000;

/** What a worker does with `connection`, a connection of its own, and `data`: the body of an async function. */
interface Work {
  readonly file: string;
  readonly body: string;
  readonly data?: string | number;
}

type Outcome =
  | { readonly kind: 'DONE'; readonly result: unknown }
  | { readonly kind: 'FAILED'; readonly message: string; readonly code: string };

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
    (result) => parentPort.postMessage({ kind: 'DONE', result }),
    ({ message, code }) => parentPort.postMessage({ kind: 'FAILED', message, code: String(code) }),
  );`;

/** Works on a file in a thread of its own: what takes long in SQLite would stop the server meanwhile. */
export const besideLoop = async (work: Work): Promise<unknown> => {
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const { file, body, data } = work;
  const worker = new Worker(SCRIPT(body), { eval: true, workerData: { sqlite, file, data } });
  const outcome = await outcomeOf(worker);
  if (outcome.kind === 'DONE') return outcome.result;
  throw new Sqlite.SqliteError(outcome.message, outcome.code);
};

/** What the worker says before it exits; both may come in one turn of the loop. */
const outcomeOf = async (worker: Worker): Promise<Outcome> => {
  let outcome: Outcome = {
    kind: 'FAILED',
    message: 'The worker ended without an answer.',
    code: 'SQLITE_ERROR',
  };
  worker.once('message', (said: Outcome) => {
    outcome = said;
  });
  await once(worker, 'exit');
  return outcome;
};
