import { internalClientId } from '../account.ts';
import { type UdapiCode, udapiError } from '../api/udapi-error.ts';
import type { Broker } from '../broker.ts';
import type { BrokerRequest } from '../broker-request.ts';
import { type Reply, redirect } from '../reply.ts';

/** The OAuth dialog: right parameters lead to the login page, wrong ones to JSON in the browser window. */
export function openDialog(broker: Broker, request: BrokerRequest): Reply {
  const { query } = request;
  const clientId = query.get('client_id') ?? undefined;
  const index = broker.apps.findIndex((candidate) => candidate.clientId === clientId);
  const app = broker.apps[index];
  const refuse = (code: UdapiCode) => {
    broker.log.add('DIALOG', { accepted: false, code, clientId });
    return udapiError(code);
  };

  if (app === undefined || query.get('response_type') !== 'code') return refuse('UDAPI100068');
  if (query.get('redirect_uri') !== app.redirectUri) return refuse('UDAPI100068');
  const rejectedWith = broker.knobs.rejectedApps[index];
  if (rejectedWith !== undefined) return refuse(rejectedWith);

  broker.log.add('DIALOG', { accepted: true, clientId });
  const loginPage = new URL('/login/', request.origin);
  loginPage.search = new URLSearchParams({
    user_id: broker.account.userId,
    client_id: internalClientId(app),
    user_type: 'individual',
    redirect_uri: `${request.origin}/login/authorization/redirect`,
    request_id: broker.oauth.open({ app, state: query.get('state') }),
  }).toString();
  return redirect(loginPage.href);
}
