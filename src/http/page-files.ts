import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import sirv, { type RequestHandler } from 'sirv';
import { type Answer, COMMON_HEADERS, html } from './answer.ts';
import { HttpError } from './http-error.ts';
import type { HttpRequest } from './http-request.ts';

/** What the page shows under its own paths; the script tells them apart. */
const PAGE_PATHS = ['/', '/login-success', '/apis', '/accounts', '/keys', '/dashboard'];

/** The operator page as it was built. Holds no data, so it needs no key. */
export class PageFiles {
  readonly #folder: string;
  #files: RequestHandler | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Sends a script, a style or an image. False where there is none of that name; then nothing was sent. */
  send({ method, path: name, message, response }: HttpRequest): boolean {
    const isFile = name.includes('.') && !name.startsWith('/index.html');
    if (!isFile || !['GET', 'HEAD'].includes(method)) return false;
    // The names are read with the first request, and nothing else of the disk is ever looked at.
    this.#files ??= sirv(this.#folder, { extensions: [], gzip: true, etag: true, setHeaders });
    let isSent = true;
    this.#files(message, response, () => {
      isSent = false;
    });
    return isSent;
  }

  /** Whether a browser asks for the page itself. Programs ask for some of its paths, too, and mean the REST mirror. */
  static shows(request: HttpRequest): boolean {
    return request.wantsPage && PAGE_PATHS.includes(request.path);
  }

  async shell(status: number): Promise<Answer> {
    const index = await readFile(path.join(this.#folder, 'index.html'), 'utf8').catch(() => {
      throw new HttpError(
        503,
        'NOT_BUILT',
        'The page is not built.',
        'Run `npm run build:web` and start again; GraphiQL is at /graphql.',
      );
    });
    return html(index, status, { 'cache-control': 'no-cache', vary: 'accept' });
  }
}

const setHeaders = (response: ServerResponse, pathname: string): void => {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
  // A hashed name is a promise that what lies under it never changes.
  const isHashed = pathname.startsWith('/assets/');
  response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (pathname.endsWith('.md')) response.setHeader('content-type', 'text/plain; charset=utf-8');
};
