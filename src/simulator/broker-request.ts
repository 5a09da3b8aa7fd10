import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const bodyLimit = 65_536;

export interface BrokerRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly cookies: ReadonlyMap<string, string>;
  readonly origin: string;
  readonly body: string;
  /** Aborted when the connection is gone, so that no wait outlives it. */
  readonly signal: AbortSignal;
}

export async function readRequest(message: IncomingMessage, signal: AbortSignal): Promise<BrokerRequest> {
  const origin = `http://${message.headers.host ?? '127.0.0.1'}`;
  const url = new URL(message.url ?? '/', origin);
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    cookies: cookiesOf(message.headers.cookie),
    origin,
    body: await readBody(message),
    signal,
  };
}

/** The form of a form-encoded request; any other content type has no fields. */
export function formOf(request: BrokerRequest): URLSearchParams {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return new URLSearchParams(isForm ? request.body : '');
}

export function jsonOf(request: BrokerRequest): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(request.body));
  } catch {
    return {};
  }
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function bearerOf(request: BrokerRequest): string {
  return request.headers.authorization?.replace(/^Bearer\s+/i, '') ?? '';
}

export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return;
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

/** Never answers: ends only with the connection. */
export async function silence(signal: AbortSignal): Promise<'RESET'> {
  if (signal.aborted) return 'RESET';
  return await new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('RESET'), { once: true });
  });
}

function cookiesOf(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='));
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).subarray(0, bodyLimit).toString('utf8');
}
