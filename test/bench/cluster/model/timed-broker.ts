import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Secret } from '../../../../src/domain/secret.ts';
import { demoAccount, profileOf } from '../../../../src/simulator/account.ts';
import { AccessTokens } from '../../../../src/simulator/api/access-tokens.ts';

/** The code that a login of that app brings. */
export const codeFor = (clientId: string): Secret => new Secret(`${clientId}.${randomUUID()}`);

/** The app of the account's that stands at `index`. */
export const clientIdOf = (accountNumber: number, index: number): string =>
  `${String(accountNumber).padStart(8, '0')}-0000-4000-8000-${String(index).padStart(12, '0')}`;

const userOf = (clientId: string): string => `USER${Number(clientId.slice(0, 8))}`;

export interface TimedBroker extends AsyncDisposable {
  readonly url: string;
  /** Tokens that it has issued. */
  readonly issued: number;
}

/** Exchanges each code once, and knows whose each token is: what of the broker is left when its pages are timed. */
export const startTimedBroker = async (): Promise<TimedBroker> => {
  const tokens = new AccessTokens();
  const used = new Set<string>();
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const { pathname } = new URL(request.url ?? '/', 'http://broker');
    if (pathname === '/v2/login/authorization/token') {
      const form = new URLSearchParams(await text(request));
      const code = form.get('code') ?? '';
      const clientId = form.get('client_id') ?? '';
      if (used.has(code) || !code.startsWith(clientId)) return reply(401, REFUSED);
      used.add(code);
      const userId = userOf(clientId);
      const token = tokens.issue(clientId, userId, Date.now());
      return reply(200, {
        ...profileOf({ ...demoAccount, userId }),
        access_token: token,
        extended_token: null,
      });
    }
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const known = tokens.find(bearer, Date.now());
    if (pathname !== '/v2/user/profile' || known === undefined) return reply(401, REFUSED);
    return reply(200, { status: 'success', data: { ...profileOf(demoAccount), user_id: known.userId } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get issued() {
      return used.size;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const REFUSED = {
  status: 'error',
  errors: [
    { errorCode: 'UDAPI100057', message: 'Invalid Auth code', propertyPath: null, invalidValue: null },
  ],
};
