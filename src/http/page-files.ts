import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.md': 'text/plain; charset=utf-8',
};

/** What the page shows under its own paths; the script tells them apart. */
const PAGE_PATHS = ['/', '/login-success', '/apis', '/accounts', '/keys', '/dashboard'];

/** A hashed name is a promise that what lies under it never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

interface File {
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
  packed: Promise<Buffer<ArrayBuffer>> | null;
}

/** The operator page as it was built. Holds no data, so it needs no key. */
export interface PageFiles {
  /** A script, a style or an image; null for anything else. */
  asset(request: Request): Promise<Response> | null;
  /** Whether a browser asks for the page itself. Programs ask for some of its paths, too, and mean the REST mirror. */
  isPage(request: Request): boolean;
  shell(status: number): Response;
}

/** Reads the files once, for the first request: none names a path on the disk. */
export const pageFiles = (folder: string): PageFiles => {
  let known: ReadonlyMap<string, File> | null = null;
  const fileAt = (pathname: string): File | undefined => {
    known ??= readFiles(folder);
    return known.get(pathname);
  };
  const isReading = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';
  return {
    asset: (request) => {
      const { pathname } = new URL(request.url);
      const file = fileAt(pathname);
      if (file === undefined || pathname === '/index.html' || !isReading(request)) return null;
      return send(file, request, pathname.startsWith('/assets/') ? FOR_EVER : 'no-cache');
    },
    isPage: (request) =>
      isReading(request) &&
      PAGE_PATHS.includes(new URL(request.url).pathname) &&
      (request.headers.get('accept') ?? '').includes('text/html'),
    shell: (status) => {
      const index = fileAt('/index.html');
      if (index === undefined) return notBuilt();
      return new Response(index.bytes, {
        status,
        headers: { 'content-type': index.type, 'cache-control': 'no-cache', vary: 'accept' },
      });
    },
  };
};

const pack = promisify(gzip);

const send = async (file: File, request: Request, caching: string): Promise<Response> => {
  const headers = { 'content-type': file.type, 'cache-control': caching, vary: 'accept-encoding' };
  if (!/\bgzip\b/.test(request.headers.get('accept-encoding') ?? ''))
    return new Response(file.bytes, { headers });
  file.packed ??= pack(file.bytes);
  return new Response(await file.packed, { headers: { ...headers, 'content-encoding': 'gzip' } });
};

const notBuilt = (): Response =>
  new Response('The page is not built. Run `npm run build:web` and start again; GraphiQL is at /graphql.\n', {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });

const readFiles = (folder: string): ReadonlyMap<string, File> => {
  const files = new Map<string, File>();
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  for (const name of names.filter((name) => statSync(path.join(folder, name)).isFile())) {
    const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
    const file = { type, bytes: readFileSync(path.join(folder, name)), packed: null };
    files.set(`/${name.replaceAll(path.sep, '/')}`, file);
  }
  return files;
};
