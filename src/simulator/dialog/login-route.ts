import type { Broker } from '../broker.ts';
import { type BrokerRequest, pause } from '../broker-request.ts';
import { html, json, type Reply } from '../reply.ts';
import { changedPage } from './changed-page.ts';
import { loginPage } from './login-page.ts';
import { identityCookie } from './login-xhr.ts';

export async function servePage(broker: Broker, request: BrokerRequest): Promise<Reply> {
  const { account, faults, knobs, log } = broker;
  const { query } = request;
  const requestId = query.get('request_id') ?? '';
  const clientId = broker.oauth.find(requestId)?.app.clientId;
  await pause(broker.pageDelayMs, request.signal);
  if (knobs.pageChanged) {
    log.add('PAGE', { accepted: true, clientId, detail: 'CHANGED' });
    return html(200, changedPage);
  }

  const isRemembered =
    knobs.remembersIdentity && broker.login.knowsIdentity(request.cookies.get(identityCookie));
  const firstStep = isRemembered ? 'PIN' : 'MOBILE';
  log.add('PAGE', { accepted: true, clientId, detail: faults.captcha ? 'CAPTCHA' : firstStep });
  return html(
    200,
    loginPage({
      firstStep,
      captcha: faults.captcha && !isRemembered,
      firstName: account.userName.split(' ')[0] ?? '',
      userId: account.userId,
      clientId: query.get('client_id') ?? '',
      redirectUri: query.get('redirect_uri') ?? '',
      requestId,
      script: knobs.pageScript,
    }),
  );
}

/** A page that waits behind the CAPTCHA asks here whether it was lifted. */
export function readCaptcha(broker: Broker): Reply {
  return json(200, { captcha: broker.faults.captcha });
}
