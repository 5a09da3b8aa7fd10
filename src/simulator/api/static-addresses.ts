import type { Broker } from '../broker.ts';
import { type BrokerRequest, bearerOf } from '../broker-request.ts';
import { json, type Reply } from '../reply.ts';
import { type UdapiCode, udapiError } from './udapi-error.ts';

/** The static addresses of the token's user, as the documentation has them. */
export function readStaticAddresses({ tokens, knobs, log, now }: Broker, request: BrokerRequest): Reply {
  const refuse = (code: UdapiCode): Reply => {
    log.add('STATIC_ADDRESSES', { accepted: false, code });
    return udapiError(code);
  };
  if (knobs.staticAddresses === null) return refuse('UDAPI100060');
  const issued = tokens.find(bearerOf(request), now());
  if (issued === undefined) return refuse('UDAPI100050');
  log.add('STATIC_ADDRESSES', { accepted: true, clientId: issued.clientId });
  const [primary_ip = null, secondary_ip = null] = knobs.staticAddresses;
  return json(200, { status: 'success', data: { primary_ip, secondary_ip } });
}
