import { profileOf } from '../account.ts';
import type { Broker } from '../broker.ts';
import { fingerprint } from '../broker-log.ts';
import { type BrokerRequest, formOf, silence } from '../broker-request.ts';
import { cloudflarePage } from '../dialog/cloudflare.ts';
import { json, type Reply } from '../reply.ts';
import { type UdapiCode, udapiError } from './udapi-error.ts';

const requiredFields: readonly (readonly [name: string, missing: UdapiCode])[] = [
  ['client_id', 'UDAPI1017'],
  ['redirect_uri', 'UDAPI1018'],
  ['code', 'UDAPI1022'],
  ['grant_type', 'UDAPI1023'],
  ['client_secret', 'UDAPI1024'],
];

export async function exchangeCode(broker: Broker, request: BrokerRequest): Promise<Reply> {
  const { faults, log } = broker;
  const form = formOf(request);
  const clientId = form.get('client_id') ?? undefined;
  const code = form.get('code') ?? '';
  const codePrint = code === '' ? undefined : fingerprint(code);
  const tell = (accepted: boolean, reason?: string) =>
    log.add('TOKEN', { accepted, code: reason, clientId, fingerprint: codePrint });

  // The edge stands before the broker, so the code is not spent; with the other faults it is.
  if (faults.token === 'cloudflare-html') {
    tell(false, faults.token);
    return cloudflarePage(faults.cloudflareStatus);
  }
  const app = broker.oauth.redeem(code, broker.now());
  if (faults.token !== 'none') {
    tell(false, faults.token);
    return faults.token === 'hang' ? silence(request.signal) : udapiError('UDAPI100500');
  }

  const refuse = (reason: UdapiCode) => {
    tell(false, reason);
    return udapiError(reason);
  };
  const missing = requiredFields.find(([name]) => !form.get(name));
  if (missing !== undefined) return refuse(missing[1]);
  if (form.get('grant_type') !== 'authorization_code') return refuse('UDAPI1023');
  // The code is judged before the credentials.
  if (app === undefined || (clientId !== app.clientId && isKnown(broker, clientId)))
    return refuse('UDAPI100057');
  if (clientId !== app.clientId || form.get('client_secret') !== app.clientSecret)
    return refuse('UDAPI100069');
  if (form.get('redirect_uri') !== app.redirectUri) return refuse('UDAPI100070');

  const token = issueToken(broker, app.clientId);
  tell(true);
  const extended = broker.knobs.yieldsExtendedToken ? issueYearly(broker, 'EXTENDED') : null;
  return json(200, { ...profileOf(broker.account), access_token: token, extended_token: extended });
}

/** Makes a user's token for an app, and ends what the broker does not keep beside it. */
export function issueToken({ account, knobs, now, tokens }: Broker, clientId: string): string {
  if (knobs.newTokenRevokesOld) tokens.revokeWhere((issued) => issued.clientId === clientId);
  if (knobs.oneTokenPerUser)
    tokens.revokeWhere(({ userId, kind }) => userId === account.userId && kind === 'TRADING');
  return tokens.issue(clientId, account.userId, now());
}

/** An account has one of each kind at most: a new one ends the old. */
export function issueYearly({ account, now, tokens }: Broker, kind: 'ANALYTICS' | 'EXTENDED'): string {
  tokens.revokeWhere((issued) => issued.kind === kind && issued.userId === account.userId);
  return tokens.issue('', account.userId, now(), kind);
}

function isKnown(broker: Broker, clientId: string | undefined): boolean {
  return broker.apps.some((app) => app.clientId === clientId);
}
