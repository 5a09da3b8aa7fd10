import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Env } from '../config.ts';
import type { VegaClient } from '../sdk/index.ts';
import type { Post } from '../sdk/transport.ts';
import type { Terminal } from './command.ts';
import { isServed, serverUrl } from './probe.ts';
import { withVisibleTexts } from './view/visible.ts';

/** The API, wherever it is: one client, and where its answers come from. */
export interface Desk extends AsyncDisposable {
  readonly client: VegaClient;
  /** The server's address; null when the program runs in this process. */
  readonly serverUrl: string | null;
  /** Both cases in words. */
  readonly place: string;
}

interface DeskOptions {
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
 * Speaks to the server where one answers. Where none does, opens the program in this process and speaks to the same
 * `fetch` without a socket. Never the one in place of the other: a server that refuses is not gone around.
 */
export const openDesk = async (terminal: Terminal, options: DeskOptions = {}): Promise<Desk> => {
  const url = serverUrl(terminal.env);
  const desk =
    url !== null && (await isServed(url))
      ? await atServer(url, terminal)
      : await inProcess(url, terminal, options);
  if (options.isQuiet !== true) terminal.err.write(`vega-auth: ${desk.place}\n`);
  return desk;
};

const atServer = async (url: string, { env, workingDirectory }: Terminal): Promise<Desk> => {
  const key = env.VEGA_OPERATOR_KEY?.trim() || keyIn(workingDirectory);
  if (key === undefined) throw new KeyMissing(url);
  const { postOverHttp } = await import('./post-over-http.ts');
  const client = await clientAt(url, key, postOverHttp);
  return {
    client,
    serverUrl: url,
    place: `through the server on ${url}`,
    [Symbol.asyncDispose]: async () => client.close(),
  };
};

/** Whatever others have written reaches the commands with nothing in it that a terminal would obey. */
const clientAt = async (url: string, key: string, post: Post): Promise<VegaClient> => {
  const [{ clientOver }, { Transport }] = await Promise.all([
    import('../sdk/client.ts'),
    import('../sdk/transport.ts'),
  ]);
  return clientOver(new Transport({ url, key, post, receive: withVisibleTexts }));
};

const keyIn = (workingDirectory: string): string | undefined => {
  const file = path.join(workingDirectory, '.vega', 'operator.key');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() || undefined : undefined;
};

/** Nobody reads this log beside the answer unless it was asked for. */
const withQuietLog = (env: Env): Env => ({ ...env, VEGA_LOG_LEVEL: env.VEGA_LOG_LEVEL?.trim() || 'error' });

const inProcess = async (
  url: string | null,
  { env, workingDirectory }: Terminal,
  { isVisit = false }: DeskOptions,
): Promise<Desk> => {
  const [{ openApp }, { readConfig }] = await Promise.all([import('../app.ts'), import('../config.ts')]);
  const app = await openApp(readConfig(withQuietLog(env)), { workingDirectory, isVisit });
  const client = await clientAt('http://127.0.0.1', app.operatorKey, app.post);
  return {
    client,
    serverUrl: null,
    place: `in this process${url === null ? '' : `, no server on ${url.replace('http://', '')}`}`,
    [Symbol.asyncDispose]: async () => {
      client.close();
      await app[Symbol.asyncDispose]();
    },
  };
};
