import type { SimulatedAccount, SimulatedApp } from './account.ts';
import type { AccessTokens } from './api/access-tokens.ts';
import type { Feeds } from './api/feeds.ts';
import type { OAuthRequests } from './api/oauth-requests.ts';
import type { BrokerLog, EntryKind } from './broker-log.ts';
import type { BrokerRequest } from './broker-request.ts';
import type { LoginService } from './dialog/login-service.ts';
import type { Faults } from './faults.ts';
import type { Reply } from './reply.ts';
import type { Knobs } from './scenarios.ts';

export interface ProfileCalls {
  inFlight: number;
  maxInFlight: number;
  total: number;
}

/** Everything a route may look at. */
export interface Broker {
  readonly account: SimulatedAccount;
  readonly apps: readonly SimulatedApp[];
  readonly knobs: Knobs;
  readonly faults: Faults;
  readonly log: BrokerLog;
  readonly tokens: AccessTokens;
  readonly oauth: OAuthRequests;
  readonly login: LoginService;
  readonly feeds: Feeds;
  readonly profileCalls: ProfileCalls;
  /** Client ids whose approval the account's owner has not answered yet. */
  readonly pendingApprovals: Set<string>;
  readonly pageDelayMs: number;
  readonly xhrDelayMs: number;
  readonly now: () => number;
}

export type Handler = (broker: Broker, request: BrokerRequest) => Reply | Promise<Reply>;

export type Route = readonly [
  method: 'GET' | 'POST' | 'DELETE',
  /** One that ends in `/*` stands for whatever follows. */
  path: string,
  /** What a browser opens during a login stands behind the edge's bot check. */
  audience: 'BROWSER' | 'PROGRAM',
  /** Under this kind the log tells of the request. */
  kind: EntryKind,
  handle: Handler,
];
