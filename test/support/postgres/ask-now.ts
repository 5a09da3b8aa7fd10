import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Rows read loosely: a test asserts what it needs. */
// biome-ignore lint/suspicious/noExplicitAny: rows are asserted on, not computed with
type Loose = any;

const SCRIPT = `
  const { workerData } = require('node:worker_threads');
  const pg = require('pg');
  const parsers = { 16: (text) => (text === 't' ? 1 : 0), 20: Number, 1114: String, 1700: Number };
  const types = { getTypeParser: (id, format) => parsers[id] ?? pg.types.getTypeParser(id, format) };
  workerData.port.on('message', async ({ url, text, values }) => {
    const client = new pg.Client({ connectionString: url, types });
    client.on('error', () => undefined);
    let answer;
    try {
      await client.connect();
      answer = { rows: (await client.query(text, values)).rows };
    } catch (error) {
      answer = { error: String(error) };
    }
    await client.end().catch(() => undefined);
    workerData.port.postMessage(answer);
    Atomics.store(workerData.flag, 0, 1);
    Atomics.notify(workerData.flag, 0);
  });`;

interface Thread {
  readonly port: MessageChannel['port1'];
  readonly flag: Int32Array;
}

let thread: Thread | null = null;

const openThread = (): Thread => {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SCRIPT, {
    eval: true,
    workerData: { port: port2, flag },
    transferList: [port2],
  });
  worker.unref();
  port1.unref();
  return { port: port1, flag };
};

/** Asks a PostgreSQL database in another thread, and waits for the rows without giving the event loop away. */
export const askNow = (url: string, text: string, values: readonly unknown[] = []): Loose[] => {
  thread ??= openThread();
  const { port, flag } = thread;
  Atomics.store(flag, 0, 0);
  port.postMessage({ url, text, values });
  Atomics.wait(flag, 0, 0);
  const { rows, error } = receiveMessageOnPort(port)?.message ?? { error: 'no answer' };
  if (error !== undefined) throw new Error(error);
  return rows;
};
