import type { LaunchOptions } from 'playwright';
import { type ProxySettings, proxyFor } from '../../domain/net/proxy.ts';

/** The same way for the login's pages as for the code exchange; null where that is direct. */
export const browserProxy = (
  settings: ProxySettings | null,
  apiBaseUrl: string,
): NonNullable<LaunchOptions['proxy']> | null => {
  const proxy = proxyFor(settings, apiBaseUrl);
  if (proxy === null || settings === null) return null;
  const { protocol, host, username, password } = proxy;
  const login = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return {
    server: `${protocol}//${host}`,
    bypass: settings.direct.join(','),
    ...(username === '' ? {} : login),
  };
};
