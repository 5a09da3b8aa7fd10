import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { demoAccount, demoApps, type SimulatedAccount, type SimulatedApp } from './account.ts';
import { AccessTokens } from './api/access-tokens.ts';
import { approveRequest } from './api/approval.ts';
import { type FeedSockets, Feeds } from './api/feeds.ts';
import { OAuthRequests } from './api/oauth-requests.ts';
import { issueYearly } from './api/token-exchange.ts';
import { udapiError } from './api/udapi-error.ts';
import type { Broker, ProfileCalls } from './broker.ts';
import { BrokerLog, type SimulatorEntry } from './broker-log.ts';
import { readRequest } from './broker-request.ts';
import { LoginService } from './dialog/login-service.ts';
import { answerFor, type SimulatedLogin } from './dialog/logins.ts';
import { type Faults, noFaults } from './faults.ts';
import type { Answer, Reply } from './reply.ts';
import { type Knobs, knobsOf, type ScenarioName } from './scenarios.ts';

export type { SimulatedAccount, SimulatedApp } from './account.ts';
export type { SimulatorEntry } from './broker-log.ts';
export type { SimulatedLogin } from './dialog/logins.ts';
export type { Faults } from './faults.ts';
export { isScenarioName, type Knobs, type ScenarioName } from './scenarios.ts';

export interface SimulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly scenario?: ScenarioName;
  /** Changes to the scenario's behaviour. */
  readonly knobs?: Partial<Knobs>;
  readonly account?: Partial<SimulatedAccount>;
  readonly apps?: readonly SimulatedApp[];
  /** Further logins of the same broker, with apps of their own. */
  readonly others?: readonly SimulatedLogin[];
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly pageDelayMs?: number;
  readonly xhrDelayMs?: number;
}

export interface Simulator extends AsyncDisposable {
  readonly url: string;
  readonly account: SimulatedAccount;
  readonly apps: readonly SimulatedApp[];
  /** What the broker saw, in order; without secrets. */
  readonly log: readonly SimulatorEntry[];
  readonly faults: Faults;
  readonly profileCalls: Readonly<ProfileCalls>;
  /** The feed's sockets by user id. */
  readonly feedSockets: ReadonlyMap<string, Readonly<FeedSockets>>;
  revoke(accessToken: string): void;
  /** A valid token without a login. */
  issueToken(clientId: string, options?: { readonly userId?: string; readonly issuedAt?: number }): string;
  /** A read-only token for a year, as the owner makes it on the broker's site. It ends the one before it. */
  issueYearlyToken(kind: 'ANALYTICS' | 'EXTENDED'): string;
  /** The owner approves a pending v3 access-token request; answers with the notifier's HTTP status. */
  approve(clientId: string): Promise<number>;
}

/** Plays the broker's three hosts on one loopback port. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const broker = assembleBroker(options);
  const { others = [] } = options;
  const all = [broker, ...others.map((login) => assembleOther(broker, login))];
  const server = createServer((message, response) => {
    if (broker.faults.down) {
      message.socket.destroy();
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    readRequest(message, gone.signal)
      .then((request) => answerFor(all, request))
      .catch((error: unknown) => {
        if (gone.signal.aborted) return 'RESET' as const;
        process.emitWarning(`The simulator failed at ${message.url}: ${String(error)}`);
        return udapiError('UDAPI100500');
      })
      .then((reply) => send(response, reply, broker.now()));
  });
  server.on('upgrade', (message, socket) => broker.feeds.open(message, socket));
  server.on('connection', (socket) => {
    if (broker.faults.down) socket.destroy();
  });
  const port = await listen(server, options.port ?? 0);

  return {
    url: `http://127.0.0.1:${port}`,
    account: broker.account,
    apps: broker.apps,
    log: broker.log.entries,
    faults: broker.faults,
    profileCalls: broker.profileCalls,
    feedSockets: broker.feeds.sockets,
    revoke: (accessToken) => broker.tokens.revoke(accessToken),
    issueToken: (clientId, { userId = broker.account.userId, issuedAt = broker.now() } = {}) =>
      broker.tokens.issue(clientId, userId, issuedAt),
    issueYearlyToken: (kind) => issueYearly(broker, kind),
    approve: (clientId) => approveRequest(broker, clientId),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      broker.feeds.end();
      await closed;
    },
  };
}

/** Another login: what it does stands in the same log, and the same faults befall it. */
function assembleOther(broker: Broker, { account, apps }: SimulatedLogin): Broker {
  return { ...broker, account, apps, ...memoryOf(account, broker.knobs, broker.now) };
}

/** What the broker remembers of one login. */
function memoryOf(account: SimulatedAccount, knobs: Knobs, now: () => number) {
  return {
    tokens: new AccessTokens(),
    oauth: new OAuthRequests(knobs.codeLifetimeMs),
    login: new LoginService(account, knobs, now),
    pendingApprovals: new Set<string>(),
  };
}

function assembleBroker(options: SimulatorOptions): Broker {
  const now = options.now ?? Date.now;
  const knobs = knobsOf(options.scenario ?? 'happy', options.knobs);
  const account = { ...demoAccount, ...options.account };
  const faults = { ...noFaults(), captcha: knobs.showsCaptcha };
  const log = new BrokerLog(now);
  return {
    account,
    apps: options.apps ?? demoApps,
    knobs,
    faults,
    log,
    feeds: new Feeds({ faults, log }),
    ...memoryOf(account, knobs, now),
    profileCalls: { inFlight: 0, maxInFlight: 0, total: 0 },
    pageDelayMs: options.pageDelayMs ?? 0,
    xhrDelayMs: options.xhrDelayMs ?? 0,
    now,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function send(response: ServerResponse, reply: Reply, now: number): void {
  if (reply === 'RESET') {
    response.destroy();
    return;
  }
  response.sendDate = false;
  response.writeHead(reply.status, headersOf(reply, now));
  response.end(reply.body);
}

function headersOf(answer: Answer, now: number): Record<string, string | string[]> {
  const own = Object.entries(answer.headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [...value],
  ]);
  return {
    date: new Date(now).toUTCString(),
    'cache-control': 'no-store',
    ...Object.fromEntries(own),
    'content-length': String(Buffer.byteLength(answer.body)),
  };
}
