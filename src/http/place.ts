import { isLoopback, readHost } from '../domain/host-name.ts';
import type { Asking } from './asking.ts';
import { type Denial, forbidden } from './denial.ts';

/**
 * Null when host and origin are ours: a foreign name that points here is a rebinding attack. What may be listened on
 * may be asked for: both are judged by `isLoopback`.
 */
export const checkPlace = (request: Asking, allowedHosts: readonly string[]): Denial | null => {
  const host = readHost(request.headers.get('host') ?? new URL(request.url).host);
  if (host === null || !(isLoopback(host.name) || allowedHosts.includes(host.name))) {
    return forbidden(
      'This host name is not served.',
      'Use 127.0.0.1, or list the name in VEGA_ALLOWED_HOSTS.',
    );
  }
  const origin = request.headers.get('origin');
  if (origin === null) return null;
  const originHost = URL.canParse(origin) ? readHost(new URL(origin).host) : null;
  const isOurs =
    originHost !== null && (originHost.host === host.host || allowedHosts.includes(originHost.name));
  return isOurs
    ? null
    : forbidden(
        'Requests from this origin are not accepted.',
        'Have one server pass on both the page and vega-auth (docs/clients.md shows how); where it changes the Host header, list the page’s host in VEGA_ALLOWED_HOSTS.',
      );
};
