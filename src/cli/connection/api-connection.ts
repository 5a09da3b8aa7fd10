import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Env } from '../../config.ts';
import type { VegaClient } from '../../sdk/index.ts';
import type { Terminal } from '../command.ts';
import { openLogFile } from '../terminal/log-file.ts';
import { withVisibleTexts } from '../view/visible.ts';
import { isServed, serverUrl } from './probe.ts';

/** The API, wherever it is: one client, and where its answers come from. */
export interface ApiConnection extends AsyncDisposable {
  readonly client: VegaClient;
  /** The server's address; null when the program runs in this process. */
  readonly serverUrl: string | null;
  /** Both cases in words. */
  readonly place: string;
}

interface ConnectionOptions {
  /** In process: a short look that takes up nothing an earlier process has left. */
  readonly isVisit?: boolean;
  /** The caller says itself where the answers come from. */
  readonly isQuiet?: boolean;
}

/** A server answers and this folder has no key for it. */
export class KeyMissing extends Error {
  constructor(url: string) {
    super(
      `A server answers on ${url}, and there is no key for it here: run this in the server's folder, or set VEGA_OPERATOR_KEY.`,
    );
    this.name = 'KeyMissing';
  }
}

/**
 * Speaks to the server where one answers. Where none does, opens the program in this process and
 * performs the same operations without HTTP. Never the one in place of the other: a server that refuses is not gone around.
 */
export const openConnection = async (
  terminal: Terminal,
  options: ConnectionOptions = {},
): Promise<ApiConnection> => {
  const url = serverUrl(terminal.env);
  const connection =
    url !== null && (await isServed(url))
      ? await atServer(url, terminal)
      : await inProcess(url, terminal, options);
  if (options.isQuiet !== true) terminal.err.write(`vega-auth: ${connection.place}\n`);
  return connection;
};

const atServer = async (url: string, { env, workingDirectory }: Terminal): Promise<ApiConnection> => {
  const key = env.VEGA_OPERATOR_KEY?.trim() || keyIn(workingDirectory);
  if (key === undefined) throw new KeyMissing(url);
  const [{ clientOver }, { HttpTransport }, { postOverHttp }] = await Promise.all([
    import('../../sdk/client.ts'),
    import('../../sdk/transport.ts'),
    import('./post-over-http.ts'),
  ]);
  const client = clientOver(new HttpTransport({ url, key, post: postOverHttp, receive: withVisibleTexts }));
  return {
    client,
    serverUrl: url,
    place: `through the server on ${url}`,
    [Symbol.asyncDispose]: async () => client.close(),
  };
};

const keyIn = (workingDirectory: string): string | undefined => {
  const file = path.join(workingDirectory, '.vega', 'operator.key');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() || undefined : undefined;
};

/** Nobody reads this log beside the answer unless it was asked for. */
const withQuietLog = (env: Env): Env => ({ ...env, VEGA_LOG_LEVEL: env.VEGA_LOG_LEVEL?.trim() || 'error' });

const inProcess = async (
  url: string | null,
  terminal: Terminal,
  { isVisit = false }: ConnectionOptions,
): Promise<ApiConnection> => {
  const [{ openApp }, { readConfig }] = await Promise.all([
    import('../../app.ts'),
    import('../../config.ts'),
  ]);
  const { env, workingDirectory } = terminal;
  const logFile = openLogFile(terminal);
  const options = { workingDirectory, isVisit, logTo: logFile ?? undefined };
  const app = await openApp(readConfig(withQuietLog(env)), options).catch((error: unknown) => {
    logFile?.[Symbol.dispose]();
    throw error;
  });
  const [{ clientOver }, { processTransport }] = await Promise.all([
    import('../../sdk/client.ts'),
    import('./process-transport.ts'),
  ]);
  const client = clientOver(processTransport(app));
  return {
    client,
    serverUrl: null,
    place: `in this process${url === null ? '' : `, no server on ${url.replace('http://', '')}`}`,
    [Symbol.asyncDispose]: async () => {
      client.close();
      await app[Symbol.asyncDispose]();
      logFile?.[Symbol.dispose]();
    },
  };
};
