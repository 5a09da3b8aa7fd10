import { profileOf } from '../account.ts';
import type { Broker } from '../broker.ts';
import { fingerprint } from '../broker-log.ts';
import { type BrokerRequest, bearerOf, pause, silence } from '../broker-request.ts';
import { cloudflarePage } from '../dialog/cloudflare.ts';
import type { Faults, ProfileFault } from '../faults.ts';
import { json, type Reply } from '../reply.ts';
import { udapiError } from './udapi-error.ts';

type Strike = Exclude<ProfileFault, 'none' | 'hang' | 'wrong-user'>;

const strikes: Record<Strike, (faults: Faults) => Reply> = {
  unauthorized: () => udapiError('UDAPI100050'),
  forbidden: () => udapiError('UDAPI100067'),
  'rate-limited': () => udapiError('UDAPI10005'),
  'server-error': () => udapiError('UDAPI100500'),
  'cloudflare-html': (faults) => cloudflarePage(faults.cloudflareStatus),
  'not-a-profile': () => json(200, { status: 'success', data: { message: 'Service is healthy' } }),
  reset: () => 'RESET',
};

export async function readProfile(broker: Broker, request: BrokerRequest): Promise<Reply> {
  const calls = broker.profileCalls;
  calls.total += 1;
  calls.inFlight += 1;
  calls.maxInFlight = Math.max(calls.maxInFlight, calls.inFlight);
  try {
    await pause(broker.faults.profileDelayMs, request.signal);
    return await answerProfile(broker, request);
  } finally {
    // Before the answer leaves: whoever has it in hand is not counted any more.
    calls.inFlight -= 1;
  }
}

async function answerProfile(broker: Broker, request: BrokerRequest): Promise<Reply> {
  const { account, apps, faults, knobs, log } = broker;
  const token = bearerOf(request);
  const issued = broker.tokens.find(token, broker.now());
  const clientId = issued?.clientId;
  const tell = (accepted: boolean, code?: string) =>
    log.add('PROFILE', {
      accepted,
      code,
      clientId,
      fingerprint: token === '' ? undefined : fingerprint(token),
      detail: request.headers['user-agent'],
    });

  const fault = faultFor(faults, clientId);
  if (fault === 'hang') {
    tell(false, fault);
    return silence(request.signal);
  }
  if (fault !== 'none' && fault !== 'wrong-user') {
    tell(false, fault);
    return strikes[fault](faults);
  }

  const isRevoked = knobs.revokedApps.some((index) => apps[index]?.clientId === clientId);
  if (issued === undefined || isRevoked) {
    tell(false, 'UDAPI100050');
    return udapiError('UDAPI100050');
  }

  // Without a static address, and with an extended token, the broker tells nothing of the user.
  if (issued.kind !== 'TRADING') {
    tell(false, issued.kind === 'EXTENDED' ? 'UDAPI100067' : 'UDAPI1154');
    return udapiError(issued.kind === 'EXTENDED' ? 'UDAPI100067' : 'UDAPI1154');
  }

  tell(true, fault === 'none' ? undefined : fault);
  const stranger = { user_id: 'OTHER9', user_name: 'Somebody Else', email: 'somebody.else@example.com' };
  const shown = fault === 'wrong-user' ? stranger : { user_id: issued.userId };
  return json(200, { status: 'success', data: { ...profileOf(account), ...shown, ddpi: false } });
}

function faultFor(faults: Faults, clientId: string | undefined): ProfileFault {
  const ownFault = clientId === undefined ? undefined : faults.profileByClient.get(clientId);
  return ownFault ?? faults.profile;
}
