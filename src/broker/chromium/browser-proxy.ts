import type { LaunchOptions } from 'playwright';
import { type ProxySettings, proxyFor } from '../../domain/net/proxy.ts';

/**
 * The same proxy for the login's pages as for the code exchange, with the same exceptions: that the API's own host is one
 * of them says nothing of the hosts of the login's pages. Null where everything is reached directly.
 */
export const browserProxy = (
  settings: ProxySettings | null,
  apiBaseUrl: string,
): NonNullable<LaunchOptions['proxy']> | null => {
  if (settings === null || settings.direct.includes('*')) return null;
  const proxy = proxyFor({ ...settings, direct: [] }, apiBaseUrl);
  if (proxy === null) return null;
  const { protocol, host, username, password } = proxy;
  const login = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return {
    server: `${protocol}//${host}`,
    bypass: settings.direct.join(','),
    ...(username === '' ? {} : login),
  };
};
