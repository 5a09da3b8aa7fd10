import type { Broker } from '../broker.ts';
import type { EntryKind } from '../broker-log.ts';
import { type BrokerRequest, bearerOf, silence } from '../broker-request.ts';
import { cloudflarePage } from '../dialog/cloudflare.ts';
import type { Faults, ServiceFault } from '../faults.ts';
import { json, type Reply } from '../reply.ts';
import type { IssuedToken } from './access-tokens.ts';
import { udapiError } from './udapi-error.ts';

const strikes: Record<Exclude<ServiceFault, 'none' | 'hang'>, (faults: Faults) => Reply> = {
  unauthorized: () => udapiError('UDAPI100050'),
  forbidden: () => udapiError('UDAPI100067'),
  // The gateway before the broker's service answers without the envelope.
  'gateway-forbidden': () => json(403, { message: 'Forbidden' }),
  'rate-limited': () => udapiError('UDAPI10005'),
  'service-closed': () => udapiError('UDAPI100072'),
  'server-error': () => udapiError('UDAPI100500'),
  'cloudflare-html': (faults) => cloudflarePage(faults.cloudflareStatus),
  nonsense: () => json(200, { status: 'success', data: 'Service is healthy' }),
  reset: () => 'RESET',
};

/** Answers a call that needs a live token, unless a fault strikes first. */
export function withToken(
  broker: Broker,
  request: BrokerRequest,
  kind: EntryKind,
  fault: ServiceFault,
  answer: (issued: IssuedToken) => Reply,
): Reply | Promise<Reply> {
  const issued = broker.tokens.find(bearerOf(request), broker.now());
  const tell = (accepted: boolean, code?: string) =>
    broker.log.add(kind, { accepted, code, clientId: issued?.clientId });
  if (fault !== 'none') {
    tell(false, fault);
    return fault === 'hang' ? silence(request.signal) : strikes[fault](broker.faults);
  }
  if (issued === undefined) {
    tell(false, 'UDAPI100050');
    return udapiError('UDAPI100050');
  }
  tell(true);
  return answer(issued);
}

export function readFunds(broker: Broker, request: BrokerRequest): Reply | Promise<Reply> {
  return withToken(broker, request, 'FUNDS', broker.faults.funds, () => {
    const margin = { used_margin: 0, payin_amount: 0, available_margin: 15_507.46 };
    return json(200, { status: 'success', data: { equity: margin, commodity: margin } });
  });
}

export function readOptionChain(broker: Broker, request: BrokerRequest): Reply | Promise<Reply> {
  return withToken(broker, request, 'OPTION_CHAIN', broker.faults.optionChain, () => {
    const instrument = request.query.get('instrument_key') ?? '';
    const expiry = request.query.get('expiry_date') ?? '';
    if (instrument === '') return udapiError('UDAPI100011');
    if (!/^\d{4}-\d{2}-\d{2}$/.test(expiry)) return udapiError('UDAPI1088');
    const strike = { expiry, strike_price: 24_000, underlying_key: instrument };
    return json(200, { status: 'success', data: [strike] });
  });
}
