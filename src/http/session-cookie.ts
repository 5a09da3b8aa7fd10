import { SESSION_SECONDS } from '../services/access/sessions.ts';
import type { Asking } from './asking.ts';

const NAME = 'vega_session';
/** Over TLS no other host and nothing without TLS can set it. A browser refuses the prefix on plain HTTP. */
const SECURE_NAME = `__Host-${NAME}`;

const isEncrypted = ({ headers }: Asking, trustsProxy: boolean): boolean =>
  trustsProxy && headers.get('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https';

/** The header that gives a browser the cookie of its session; that takes it back where there is no value. */
export const cookieOf = (value: string | null, request: Asking, trustsProxy: boolean): string => {
  const isSecure = isEncrypted(request, trustsProxy);
  const seconds = value === null ? 0 : SESSION_SECONDS;
  const cookie = `${isSecure ? SECURE_NAME : NAME}=${value ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
  return isSecure ? `${cookie}; Secure` : cookie;
};

/** Every cookie of that name: a neighbour on another port may have set one, too. */
export const sessionCookiesOf = (request: Asking, trustsProxy: boolean): readonly string[] => {
  const name = isEncrypted(request, trustsProxy) ? SECURE_NAME : NAME;
  return (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
    .slice(0, MAX_COOKIES);
};

const MAX_COOKIES = 5;
