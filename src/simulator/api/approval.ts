import type { Broker } from '../broker.ts';
import { fingerprint } from '../broker-log.ts';
import { type BrokerRequest, jsonOf } from '../broker-request.ts';
import { json, type Reply } from '../reply.ts';
import { nextExpiry } from './access-tokens.ts';
import { issueToken } from './token-exchange.ts';
import { type UdapiCode, udapiError } from './udapi-error.ts';

/** The v3 access-token request: the account's owner is asked on the phone, nothing is decided here. */
export function requestApproval(broker: Broker, request: BrokerRequest): Reply {
  const clientId = request.path.slice(request.path.lastIndexOf('/') + 1);
  const app = broker.apps.find((candidate) => candidate.clientId === clientId);
  const refuse = (code: UdapiCode) => {
    broker.log.add('APPROVAL_REQUEST', { accepted: false, code, clientId });
    return udapiError(code);
  };

  const { client_secret: clientSecret } = jsonOf(request);
  if (!clientSecret) return refuse('UDAPI1024');
  if (app === undefined || clientSecret !== app.clientSecret) return refuse('UDAPI100069');
  if (app.notifierUrl === undefined) return refuse('UDAPI1123');

  broker.pendingApprovals.add(clientId);
  broker.log.add('APPROVAL_REQUEST', { accepted: true, clientId });
  const authorization_expiry = String(nextExpiry(broker.now()));
  return json(200, { status: 'success', data: { authorization_expiry, notifier_url: app.notifierUrl } });
}

/** The owner says yes: the token goes to the app's notifier, unsigned as the real one. Answers with the notifier's status. */
export async function approveRequest(broker: Broker, clientId: string): Promise<number> {
  const app = broker.apps.find((candidate) => candidate.clientId === clientId);
  if (app?.notifierUrl === undefined || !broker.pendingApprovals.delete(clientId)) {
    throw new Error(`No approval is pending for ${clientId}`);
  }

  const issuedAt = broker.now();
  const token = issueToken(broker, clientId);
  const response = await fetch(app.notifierUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: clientId,
      user_id: broker.account.userId,
      access_token: token,
      token_type: 'Bearer',
      expires_at: String(nextExpiry(issuedAt)),
      issued_at: String(issuedAt),
      message_type: 'access_token',
    }),
  });
  await response.arrayBuffer();
  broker.log.add('APPROVAL_SENT', { accepted: response.ok, clientId, fingerprint: fingerprint(token) });
  return response.status;
}
