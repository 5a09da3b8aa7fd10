import type { SimulatedAccount, SimulatedApp } from '../account.ts';
import type { Broker } from '../broker.ts';
import { type BrokerRequest, bearerOf, formOf } from '../broker-request.ts';
import type { Reply } from '../reply.ts';
import { answerRequest } from '../routes.ts';

/** One login at the broker, with its own apps. */
export interface SimulatedLogin {
  readonly account: SimulatedAccount;
  readonly apps: readonly SimulatedApp[];
}

/** Tells a browser's later requests from those of another login's browser. */
const COOKIE = 'simulated_login';

/** Answers a request for the login that it belongs to: by its app, its token, or the dialog that its browser has opened. */
export async function answerFor(logins: readonly Broker[], request: BrokerRequest): Promise<Reply> {
  const [first] = logins;
  if (first === undefined) throw new Error('A broker has one login at least.');
  if (logins.length === 1) return answerRequest(first, request);
  const byApp = logins.find(({ apps }) => apps.some(({ clientId }) => names(request, clientId)));
  const byToken = logins.find(({ tokens, now }) => tokens.find(bearerOf(request), now()) !== undefined);
  const byCookie = logins[Number(request.cookies.get(COOKIE) ?? Number.NaN)];
  const broker = byApp ?? byToken ?? byCookie ?? first;
  if (byCookie !== undefined && byCookie !== broker)
    broker.log.add('FOREIGN_COOKIE', { accepted: false, detail: request.path });
  const reply = await answerRequest(broker, request);
  if (reply === 'RESET' || byApp === undefined) return reply;
  const own = reply.headers['set-cookie'] ?? [];
  const cookies = [own].flat().concat(`${COOKIE}=${logins.indexOf(broker)}; Path=/`);
  return { ...reply, headers: { ...reply.headers, 'set-cookie': cookies } };
}

function names(request: BrokerRequest, clientId: string): boolean {
  const { query, path } = request;
  return (
    query.get('client_id') === clientId ||
    formOf(request).get('client_id') === clientId ||
    path.endsWith(`/${clientId}`)
  );
}
