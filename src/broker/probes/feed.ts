import { z } from 'zod';
import { notKnown, type ProbeAnswer } from '../../domain/capability/capability.ts';
import { isLoopback, readHostName } from '../../domain/net/host-name.ts';
import type { Secret } from '../../domain/secret.ts';
import { toAnswer } from '../api/broker-answer.ts';
import type { BrokerApi } from '../api/broker-api.ts';
import { requestWithToken } from '../api/token-call.ts';
import { type FeedEnd, openFeedSocket } from './feed-socket.ts';
import { judgeError, judgeRefusal } from './probe-answer.ts';

/** Where a socket may be opened. The address holds a code that opens it, so it is a secret. */
export type FeedPermit = { readonly address: URL } | { readonly answer: ProbeAnswer };

/** Source: Upstox developer documentation, "Market Data Feed Authorize V3". */
const Authorized = z.object({
  status: z.literal('success'),
  data: z.union([
    z.object({ authorized_redirect_uri: z.url() }).transform((data) => data.authorized_redirect_uri),
    z.object({ authorizedRedirectUri: z.url() }).transform((data) => data.authorizedRedirectUri),
  ]),
});

/** Asks once for the address of the market data feed. Opens nothing. */
export const authorizeFeed = async (
  api: BrokerApi,
  token: Secret,
  timeoutMs: number,
): Promise<FeedPermit> => {
  try {
    const answer = await requestWithToken(api, '/v3/feed/market-data-feed/authorize', token, timeoutMs);
    const permit = Authorized.safeParse(answer.json);
    if (answer.status !== 200 || !permit.success) return { answer: judgeRefusal(answer) };
    const address = new URL(permit.data.data);
    if (isFeedOf(api.baseUrl, address)) return { address };
    return { answer: notKnown('NOT_UNDERSTOOD', { httpStatus: 200 }) };
  } catch (error) {
    return { answer: judgeError(error) };
  }
};

/** Opens one socket at an authorized address, waits for its first message, and has closed it when this returns. */
export const probeFeed = async (api: BrokerApi, address: URL, signal: AbortSignal): Promise<ProbeAnswer> =>
  judgeEnd(await openFeedSocket(address, api.proxyTo(address), signal));

const judgeEnd = (end: FeedEnd): ProbeAnswer => {
  const { httpStatus } = end;
  if (end.kind === 'MESSAGE') return { result: 'CAPABLE', reason: null, httpStatus, brokerCode: null };
  if (end.kind === 'CLOSED') return notKnown('FEED_CLOSED', { httpStatus });
  if (end.kind === 'TIMEOUT')
    return notKnown(httpStatus === null ? 'TIMEOUT' : 'FEED_SILENT', { httpStatus });
  return httpStatus === null ? notKnown('NETWORK') : judgeHandshake({ ...end, httpStatus });
};

/** The feed itself refuses without a word, or in the broker's own envelope; another body is of what stands in front of it. */
const judgeHandshake = ({
  httpStatus,
  contentType,
  body,
}: FeedEnd & { readonly httpStatus: number }): ProbeAnswer => {
  const answer = toAnswer(httpStatus, contentType, body ?? '');
  const isSilent = body?.trim() === '' && !answer.isFromEdge;
  if (isSilent && (httpStatus === 401 || httpStatus === 403))
    return { result: 'NOT_CAPABLE', reason: 'FEED_REFUSED', httpStatus, brokerCode: null };
  const judged = judgeRefusal(answer);
  return judged.result === 'NOT_CAPABLE' ? { ...judged, reason: 'FEED_REFUSED' } : judged;
};

/** An encrypted socket at the broker's own site; on this machine a plain one, for the simulator. */
const isFeedOf = (baseUrl: string, { protocol, hostname }: URL): boolean => {
  const base = new URL(baseUrl).hostname;
  if (isLoopback(readHostName(base) ?? '')) return protocol === 'ws:' && hostname === base;
  const site = base.split('.').slice(-2).join('.');
  return protocol === 'wss:' && (hostname === site || hostname.endsWith(`.${site}`));
};
