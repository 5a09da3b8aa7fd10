import { SESSION_SECONDS } from '../services/access/sessions.ts';
import type { HttpRequest } from './http-request.ts';

const MAX_COOKIES = 5;

/** Over TLS no other host and nothing without TLS can set a `__Host-` cookie. A browser refuses the prefix on plain HTTP. */
const nameOf = (request: HttpRequest, trustsProxy: boolean): '__Host-vega_session' | 'vega_session' =>
  trustsProxy && request.header('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https'
    ? '__Host-vega_session'
    : 'vega_session';

/** The header that gives a browser the cookie of its session; that takes it back where there is no value. */
export const cookieOf = (value: string | null, request: HttpRequest, trustsProxy: boolean): string => {
  const name = nameOf(request, trustsProxy);
  const seconds = value === null ? 0 : SESSION_SECONDS;
  const cookie = `${name}=${value ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
  return name === 'vega_session' ? cookie : `${cookie}; Secure`;
};

/** Every cookie of that name: a neighbour on another port may have set one, too. */
export const sessionCookiesOf = (request: HttpRequest, trustsProxy: boolean): readonly string[] => {
  const start = `${nameOf(request, trustsProxy)}=`;
  const pairs = (request.header('cookie') ?? '').split(';').map((pair) => pair.trim());
  const own = pairs.filter((pair) => pair.startsWith(start)).slice(0, MAX_COOKIES);
  return own.map((pair) => pair.slice(start.length));
};
