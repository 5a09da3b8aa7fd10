import type { Broker } from '../broker.ts';
import { fingerprint } from '../broker-log.ts';
import { type BrokerRequest, bearerOf, silence } from '../broker-request.ts';
import { json, type Reply } from '../reply.ts';
import { udapiError } from './udapi-error.ts';

/** Market data for whoever has a token that lives, a read-only one included. */
export function readContracts(broker: Broker, request: BrokerRequest): Reply | Promise<Reply> {
  const token = bearerOf(request);
  const fault = broker.faults.marketData;
  const issued = broker.tokens.find(token, broker.now());
  const code = fault !== 'none' ? fault : issued === undefined ? 'UDAPI100050' : undefined;
  broker.log.add('MARKET_DATA', {
    accepted: code === undefined,
    code,
    fingerprint: token === '' ? undefined : fingerprint(token),
  });
  switch (fault) {
    case 'hang':
      return silence(request.signal);
    case 'gateway-forbidden':
      return json(403, { message: 'Forbidden' });
    case 'rate-limited':
      return udapiError('UDAPI10005');
    case 'server-error':
      return udapiError('UDAPI100500');
    case 'not-market-data':
      return json(200, { status: 'success', data: 'Service is healthy' });
    case 'none':
      return issued === undefined
        ? udapiError('UDAPI100050')
        : json(200, { status: 'success', data: [contract] });
  }
}

const contract = {
  name: 'NIFTY',
  segment: 'NSE_FO',
  exchange: 'NSE',
  expiry: '2026-12-31',
  instrument_key: 'NSE_FO|51059',
  trading_symbol: 'NIFTY 26000 CE 31 DEC 26',
  instrument_type: 'CE',
  strike_price: 26000,
  lot_size: 75,
  underlying_key: 'NSE_INDEX|Nifty 50',
};
