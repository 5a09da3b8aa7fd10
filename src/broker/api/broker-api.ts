import { type ProxySettings, proxyFor, proxyName } from '../../domain/net/proxy.ts';

/** The broker's API at one address, asked through the proxy where there is one. */
export class BrokerApi {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly #proxy: ProxySettings | null;
  #throughProxy: Promise<typeof fetch> | null = null;

  constructor(baseUrl: string, proxy: ProxySettings | null = null) {
    this.baseUrl = baseUrl;
    this.#proxy = proxy;
  }

  /** The proxy on the way there; null where the way is direct. */
  get proxy(): URL | null {
    return proxyFor(this.#proxy, this.baseUrl);
  }

  /** The proxy on the way to another address of the broker's, such as its feed; null where the way is direct. */
  proxyTo({ protocol, host }: URL): URL | null {
    return proxyFor(this.#proxy, `${protocol === 'wss:' ? 'https:' : 'http:'}//${host}`);
  }

  /** The proxy as people may read it; empty where the way is direct. */
  get proxyName(): string {
    return this.proxy === null ? '' : proxyName(this.proxy);
  }

  /** Asks once, follows no redirect, and gives up after `timeoutMs`. */
  async request(
    path: string,
    { timeoutMs, ...init }: RequestInit & { timeoutMs: number },
  ): Promise<Response> {
    const ask = this.proxy === null ? fetch : await this.#viaProxy(this.proxy);
    const signal = AbortSignal.timeout(timeoutMs);
    return ask(`${this.baseUrl}${path}`, { redirect: 'manual', signal, ...init });
  }

  /** Loaded only where there is a proxy. */
  #viaProxy(proxy: URL): Promise<typeof fetch> {
    this.#throughProxy ??= import('undici').then((undici) => {
      const dispatcher = new undici.ProxyAgent(proxy.href);
      const ask = (url: string, init: object) => undici.fetch(url, { ...init, dispatcher });
      return ask as unknown as typeof fetch;
    });
    return this.#throughProxy;
  }
}
