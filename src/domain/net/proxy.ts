import type { Secret } from '../secret.ts';

/** The proxy through which everything for the broker goes: the browser's pages as well as the program's own calls. */
export interface ProxySettings {
  /** For https addresses; may hold a user and a password. */
  readonly https: Secret | null;
  /** For http addresses. */
  readonly http: Secret | null;
  /** Hosts that are reached directly, as in NO_PROXY: `example.com`, `.example.com`, `*`. */
  readonly direct: readonly string[];
}

/** The proxy for an address; null where it is reached directly. */
export const proxyFor = (proxy: ProxySettings | null, address: string): URL | null => {
  if (proxy === null) return null;
  const { protocol, hostname } = new URL(address);
  const chosen = protocol === 'https:' ? proxy.https : proxy.http;
  if (chosen === null || proxy.direct.some((host) => isCovered(hostname, host))) return null;
  return new URL(chosen.reveal());
};

/** The proxy as people may read it, without user and password. */
export const proxyName = ({ protocol, host }: URL): string => `${protocol}//${host}`;

const isCovered = (hostname: string, entry: string): boolean => {
  if (entry === '*') return true;
  const host = hostIn(entry);
  if (!/^[.*]/.test(host)) return hostname === host.toLowerCase();
  return hostname.endsWith(host.replace(/^\*/, '').toLowerCase());
};

/** Without its port; an IPv6 address as `URL.hostname` has it. */
const hostIn = (entry: string): string => {
  const isBareIpv6 = !entry.startsWith('[') && entry.split(':').length > 2;
  return isBareIpv6 ? `[${entry}]` : entry.replace(/:\d+$/, '');
};
