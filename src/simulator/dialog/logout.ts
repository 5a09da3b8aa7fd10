import { udapiError } from '../api/udapi-error.ts';
import type { Broker } from '../broker.ts';
import { fingerprint } from '../broker-log.ts';
import { type BrokerRequest, bearerOf } from '../broker-request.ts';
import { json, type Reply } from '../reply.ts';

export function endSession(broker: Broker, request: BrokerRequest): Reply {
  const token = bearerOf(request);
  const issued = broker.tokens.find(token, broker.now());
  const facts = { clientId: issued?.clientId, fingerprint: fingerprint(token) };
  if (issued === undefined) {
    broker.log.add('LOGOUT', { accepted: false, code: 'UDAPI100050', ...facts });
    return udapiError('UDAPI100050');
  }

  broker.tokens.revoke(token);
  broker.log.add('LOGOUT', { accepted: true, ...facts });
  return json(200, { status: 'success', data: true });
}
