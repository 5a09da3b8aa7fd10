import { randomUUID } from 'node:crypto';
import type { Broker } from '../broker.ts';
import type { BrokerRequest } from '../broker-request.ts';
import { json, type Reply } from '../reply.ts';
import { FEED_PATH } from './feeds.ts';
import { withToken } from './market-services.ts';

/** Answers where a token's owner may open one socket; the address is good for one handshake. */
export function authorizeFeed(broker: Broker, request: BrokerRequest): Reply | Promise<Reply> {
  return withToken(broker, request, 'FEED_AUTHORIZE', broker.faults.feedAuthorize, ({ clientId, userId }) => {
    const index = broker.apps.findIndex((app) => app.clientId === clientId);
    const mayOpen = !broker.knobs.refusedFeeds.includes(index);
    const code = broker.feeds.permit({ clientId, userId, mayOpen });
    const host = request.origin.replace(/^http/, 'ws');
    const address = `${host}${FEED_PATH}?requestId=${randomUUID()}&code=${code}`;
    return json(200, {
      status: 'success',
      data: { authorizedRedirectUri: address, authorized_redirect_uri: address },
    });
  });
}
