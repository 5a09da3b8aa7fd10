import type { SendResult } from '../domain/alert/alert-sender.ts';
import { hostOf } from '../domain/alert/channel-rules.ts';
import { type ProxySettings, proxyFor } from '../domain/net/proxy.ts';
import { guardedLookup, type Resolve, resolvePublic } from './guarded-lookup.ts';
import { ofStatus } from './send-result.ts';

export interface WebRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface WebOptions {
  readonly proxy: ProxySettings | null;
  readonly allowedHosts: readonly string[];
  readonly resolve: Resolve;
}

/** Sends one request, follows no redirect and reads nothing of the answer but its status. */
export const sendRequest = async (
  { url, method, headers = {}, body, signal }: WebRequest,
  options: WebOptions,
): Promise<SendResult> => {
  // Loaded by the first alert: most starts of the program send none.
  const { request } = await import('undici');
  const dispatcher = await dispatcherFor(url, options);
  try {
    const answer = await request(url, { method, headers, body: body ?? null, signal, dispatcher });
    const retryAfter = answer.headers['retry-after'];
    answer.body.destroy().on('error', () => undefined);
    return ofStatus(answer.statusCode, Array.isArray(retryAfter) ? retryAfter[0] : retryAfter);
  } finally {
    void dispatcher.destroy().catch(() => undefined);
  }
};

const dispatcherFor = async (url: string, { proxy, allowedHosts, resolve }: WebOptions) => {
  const { Agent, ProxyAgent } = await import('undici');
  const host = hostOf(url);
  const isAllowed = allowedHosts.includes(host);
  const through = proxyFor(proxy, url);
  if (through === null) return new Agent({ connect: { lookup: guardedLookup(isAllowed, resolve) } });
  await refusePrivate(host, isAllowed, resolve);
  return new ProxyAgent(through.href);
};

/** Behind a proxy a name may be unknown here; then the proxy alone decides. */
const refusePrivate = async (host: string, isAllowed: boolean, resolve: Resolve): Promise<void> => {
  const resolved = await resolve(host).catch(() => []);
  await resolvePublic(host, isAllowed, async () => resolved);
};
