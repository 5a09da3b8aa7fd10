import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { isPrivateAddress, isPrivateHost } from '../../domain/net/private-address.ts';
import { type ProxySettings, proxyFor } from '../../domain/net/proxy.ts';
import { Secret } from '../../domain/secret.ts';
import type { BrowserWay } from '../login/login-request.ts';
import { ATTEMPTS, connectTo, dialled, loginTo, reasonOf, toProxy, tunnelThrough } from './dial.ts';
import { type Hold, SingleUse } from './single-use.ts';

interface ForwardProxyOptions {
  /** The proxy on the way to the broker; null where the way is direct. */
  readonly proxy: ProxySettings | null;
  /** Hosts that nobody reaches. */
  readonly isRefused: (hostname: string) => boolean;
  /** Every address of a name. */
  readonly resolve?: (hostname: string) => Promise<readonly dns.LookupAddress[]>;
}

/** How long a host may be asked for before it is allowed. */
const ALLOWED_WITHIN_MS = 1000;
const LOOK_MS = 10;
/** A tunnel that one end has left is closed after this. */
const LINGER_MS = 5000;
/** How long the addresses of a host are kept: what is held gets a new connection, which asks for them again. */
const ADDRESSES_MS = 60_000;
const MAX_HEADER_BYTES = 256 * 1024;

/** Belong to one connection and are not passed on. Source: RFC 9110, section 7.6.1. */
const OF_ONE_CONNECTION = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];

/**
 * The HTTP proxy of one browser, in this process, on 127.0.0.1. Chromium repeats a request by itself, a POST included, when
 * a connection that it had used before ends without an answer, and at 408: a PIN would reach the broker twice, unseen by the page.
 * Chromium has no setting for that, so its connections are made here, where a request that is to arrive once gets a new one.
 * Source: Chromium, `HttpNetworkTransaction::ShouldResendRequest`.
 */
export class ForwardProxy implements AsyncDisposable, BrowserWay {
  /** Nobody else on this machine goes through it. */
  readonly username = 'vega';
  readonly password = new Secret(randomBytes(18).toString('base64url'));
  readonly #server: Server;
  readonly #options: ForwardProxyOptions;
  readonly #allowed = new Set<string>();
  /** By host: why the last connection did not come about. */
  readonly #unreached = new Map<string, string>();
  readonly #singleUse = new SingleUse();
  readonly #sockets = new Set<Duplex>();
  readonly #addresses = new Map<string, Promise<readonly dns.LookupAddress[]>>();

  private constructor(options: ForwardProxyOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES });
    // What cannot be passed on, such as an address that is none, ends its own connection and nothing else.
    this.#server.on('request', (incoming, answer) => {
      this.#forward(incoming, answer).catch(() => answer.destroy());
    });
    this.#server.on('connect', (incoming, client, head) => {
      this.#tunnel(incoming, client, head).catch(() => client.destroy());
    });
    this.#server.on('clientError', (_error, client) => client.destroy());
    this.#server.on('connection', (socket) => this.#keep(socket));
  }

  static async open(options: ForwardProxyOptions): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    // It ends with the program, whoever forgets it.
    proxy.#server.unref();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  allow(host: string): void {
    this.#allowed.add(host);
  }

  unreached(host: string): string | null {
    return this.#unreached.get(host) ?? null;
  }

  /** The request to this address that leaves next reaches its host once: until the hold is released nothing is sent again. */
  hold(address: string): Promise<Hold> {
    return this.#singleUse.hold(new URL(address));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #mayReach({ host, hostname }: URL): Promise<boolean> {
    if (this.#options.isRefused(hostname)) return false;
    if (!isPrivateHost(hostname) || this.#allowed.has(host)) return true;
    // A broker on this machine leads from one of its hosts to the next, and the browser is there before that is known here.
    const endsAt = performance.now() + ALLOWED_WITHIN_MS;
    const isOnThisMachine = [...this.#allowed].some((one) =>
      isPrivateHost(new URL(`http://${one}`).hostname),
    );
    while (isOnThisMachine && !this.#allowed.has(host) && performance.now() < endsAt)
      await delay(LOOK_MS, undefined, { ref: false });
    return this.#allowed.has(host);
  }

  /** A public name may lead to this machine all the same. */
  #lookupFor({ host }: URL): LookupFunction {
    const isAllowed = this.#allowed.has(host);
    return (hostname, options, answer) => {
      this.#resolve(hostname).then(
        (found) => {
          const [first] = found;
          if (first === undefined || (!isAllowed && found.some(({ address }) => isPrivateAddress(address))))
            return answer(new Error('The name leads nowhere that may be reached.'), '');
          return options.all === true ? answer(null, [...found]) : answer(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => answer(error, ''),
      );
    };
  }

  #resolve(hostname: string): Promise<readonly dns.LookupAddress[]> {
    const known = this.#addresses.get(hostname);
    if (known !== undefined) return known;
    const { resolve = resolveName } = this.#options;
    const found = resolve(hostname);
    this.#addresses.set(hostname, found);
    const forget = () => this.#addresses.delete(hostname);
    found.then(() => setTimeout(forget, ADDRESSES_MS).unref(), forget);
    return found;
  }

  /** Its addresses are asked for again: the network may be another by now. */
  #noteUnreached({ host, hostname }: URL, error: unknown): void {
    this.#unreached.set(host, reasonOf(error));
    this.#addresses.delete(hostname);
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #isOurs({ headers }: IncomingMessage): boolean {
    const login = Buffer.from(`${this.username}:${this.password.reveal()}`).toString('base64');
    return headers['proxy-authorization'] === `Basic ${login}`;
  }

  /** Plain http. A connection of the browser is used for one request. */
  async #forward(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    answer.shouldKeepAlive = false;
    answer.sendDate = false;
    if (!this.#isOurs(incoming))
      return void answer.writeHead(407, { 'proxy-authenticate': 'Basic realm="vega-auth"' }).end();
    const target = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : null;
    if (target === null || !(await this.#mayReach(target))) return void answer.destroy();
    const body = await bodyOf(incoming);
    if (body === null || !this.#singleUse.admits(target, incoming.method ?? '', body))
      return void answer.destroy();
    const onward = this.#requestTo(target, incoming);
    onward.once('response', (response) => {
      response.on('error', () => answer.destroy());
      try {
        answer.writeHead(response.statusCode ?? 502, response.statusMessage, passedOn(response.rawHeaders));
        response.pipe(answer);
      } catch {
        answer.destroy();
      }
    });
    let isConnected = false;
    onward.once('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = true;
        this.#unreached.delete(target.host);
      }),
    );
    onward.on('error', (error) => {
      if (!isConnected) this.#noteUnreached(target, error);
      answer.destroy();
    });
    answer.once('close', () => onward.destroy());
    onward.end(body);
  }

  #requestTo(target: URL, { method, rawHeaders }: IncomingMessage): ClientRequest {
    const way = proxyFor(this.#options.proxy, target.href);
    const options = {
      method,
      headers: passedOn(rawHeaders),
      agent: false,
      insecureHTTPParser: true,
      maxHeaderSize: MAX_HEADER_BYTES,
      ...ATTEMPTS,
    } as const;
    if (way === null) {
      const { hostname, port, pathname, search } = target;
      const lookup = this.#lookupFor(target);
      return httpRequest({ ...options, lookup, host: dialled(hostname), port, path: `${pathname}${search}` });
    }
    return toProxy(way, { ...options, path: target.href, headers: [...options.headers, ...loginTo(way)] });
  }

  async #tunnel(incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    this.#keep(client);
    const refuse = (line: string) => void client.end(`HTTP/1.1 ${line}\r\nConnection: close\r\n\r\n`);
    if (!this.#isOurs(incoming))
      return refuse('407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="vega-auth"');
    const target = new URL(`https://${incoming.url}`);
    if (!(await this.#mayReach(target))) return refuse('403 Forbidden');
    if (!(await this.#singleUse.admitsTunnel(target))) return refuse('503 Service Unavailable');
    const far = await this.#dial(target).catch((error: unknown) => {
      this.#noteUnreached(target, error);
      return null;
    });
    if (far === null) return refuse('502 Bad Gateway');
    this.#unreached.delete(target.host);
    this.#keep(far);
    if (client.destroyed) return void far.destroy();
    // Another one may have been lost meanwhile, and this one is to take its place.
    if (!(await this.#singleUse.admitsTunnel(target))) {
      far.destroy();
      return refuse('503 Service Unavailable');
    }
    const lost = this.#singleUse.track(target, client, far);
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    far.write(head);
    far.once('end', lost).once('close', lost);
    far.pipe(client).pipe(far);
    client.once('end', () => setTimeout(() => far.destroy(), LINGER_MS).unref());
    client.once('close', () => far.destroy());
    far.once('close', () => client.end());
  }

  #dial(target: URL): Promise<Duplex> {
    const way = proxyFor(this.#options.proxy, target.href);
    return way === null ? connectTo(target, this.#lookupFor(target)) : tunnelThrough(way, target);
  }
}

const resolveName = (hostname: string) => dns.promises.lookup(hostname, { all: true });

/** Names and values as they came, in their order, but for those of the one connection. */
const passedOn = (raw: readonly string[]): string[] => {
  const kept: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    if (!OF_ONE_CONNECTION.includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
};

/** The whole body; null where the browser has broken it off. */
const bodyOf = async (incoming: IncomingMessage): Promise<Buffer | null> => {
  const parts: Buffer[] = [];
  try {
    for await (const part of incoming) parts.push(part as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(parts);
};
