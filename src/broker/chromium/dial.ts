import { type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long one address of several may take: Node's own 250 ms give up a slow way, and any way on a busy machine. */
export const ATTEMPTS = { autoSelectFamilyAttemptTimeout: 4000 };
/** How long a connection may take. */
const DIAL_MS = 30_000;
const LATE = 'no connection within 30 s';

/** A connection to the host itself. */
export const connectTo = (target: URL, lookup: LookupFunction): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const [host, port] = [dialled(target.hostname), Number(target.port || 443)];
    const socket = connect({ host, port, lookup, noDelay: true, ...ATTEMPTS });
    const late = setTimeout(() => socket.destroy(new Error(LATE)), DIAL_MS);
    socket.once('connect', () => clearTimeout(late)).once('close', () => clearTimeout(late));
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });

/** A connection to the host by way of a proxy. */
export const tunnelThrough = (way: URL, target: URL): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const place = `${target.hostname}:${target.port || 443}`;
    const headers = ['Host', place, ...loginTo(way)];
    const asked = toProxy(way, { method: 'CONNECT', path: place, headers, agent: false });
    const late = setTimeout(() => asked.destroy(new Error(LATE)), DIAL_MS);
    asked
      .once('connect', ({ statusCode = 0 }, socket) => {
        if (statusCode >= 200 && statusCode < 300) return resolve(socket);
        socket.destroy();
        reject(new Error(`the proxy answered ${statusCode}`));
      })
      .once('response', (response) => reject(new Error(`the proxy answered ${response.statusCode}`)))
      .once('error', reject)
      .once('connect', () => clearTimeout(late))
      .once('close', () => clearTimeout(late))
      .end();
  });

export const toProxy = (way: URL, options: RequestOptions): ClientRequest => {
  const ask = way.protocol === 'https:' ? httpsRequest : httpRequest;
  const port = way.port || (way.protocol === 'https:' ? 443 : 80);
  return ask({ ...options, ...ATTEMPTS, host: dialled(way.hostname), port });
};

/** The code of the system, or what the next proxy has answered. */
export const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
};

export const loginTo = ({ username, password }: URL): readonly string[] => {
  if (username === '') return [];
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return ['Proxy-Authorization', `Basic ${Buffer.from(login).toString('base64')}`];
};

/** As Chromium reaches it: without brackets, and names below localhost lead to this machine. */
export const dialled = (hostname: string): string => {
  const plain = hostname.replace(/^\[|\]$/g, '');
  return isIP(plain) === 0 && /(?:^|\.)localhost$/i.test(plain) ? 'localhost' : plain;
};
