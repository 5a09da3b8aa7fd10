import { Client, fetchExchange } from '@urql/core';
import {
  BrowserQueueDocument,
  type BrowserQueueQuery,
  createVegaClient,
  ReadinessDocument,
  type ReadinessQuery,
  SystemHealthDocument,
  type SystemHealthQuery,
  type VegaEvent,
} from '../../sdk/index.ts';
import { pageKeyHeaders } from '../../sdk/page-key.ts';
import { EventHub } from '../events/event-hub.ts';
import { DashboardDocument, type DashboardQuery } from '../gql/graphql.ts';
import { AuditFeed } from './audit-feed.ts';
import { LiveQuery } from './live-query.ts';
import { ServerClock } from './server-clock.ts';
import { documentOf } from './typed-document.ts';

export type Health = SystemHealthQuery['systemHealth'];

/** At these many seconds before an end the server says something else about it. */
const TURNS = [3600, 600, 0];

type Kind = VegaEvent['__typename'];

/** How often the queue is asked for while somebody has the browser or waits: other accounts' events do not come here. */
const QUEUE_SECONDS = 2;

/** After these the audit that is shown may have a gap, or be another account's. */
const REWRITES: readonly Kind[] = ['GapEvent', 'AccountSwitchedEvent'];
/** After these, and at every heartbeat, how the parts are is asked, too. */
const CONCERNS_ALL: readonly Kind[] = [
  'GapEvent',
  'AccountSwitchedEvent',
  'DbRecoveryEvent',
  'HeartbeatEvent',
];

/** Everything the page knows, and where it knows it from: events say when to ask, queries say what is true. */
export class PageStore {
  readonly client = new Client({
    url: '/graphql',
    fetchOptions: () => ({ headers: pageKeyHeaders() }),
    exchanges: [fetchExchange],
    preferGetMethod: false,
    requestPolicy: 'network-only',
  });
  readonly clock = new ServerClock();
  readonly hub = new EventHub(createVegaClient());
  readonly dashboard = new LiveQuery<DashboardQuery, object>(this.client, documentOf(DashboardDocument), {});
  readonly health = new LiveQuery<SystemHealthQuery, object>(
    this.client,
    documentOf(SystemHealthDocument),
    {},
  );
  readonly readiness = new LiveQuery<ReadinessQuery, object>(this.client, documentOf(ReadinessDocument), {});
  readonly queue = new LiveQuery<BrowserQueueQuery, object>(
    this.client,
    documentOf(BrowserQueueDocument),
    {},
  );
  readonly audit = new AuditFeed(this.client);
  #second = 0;

  constructor() {
    this.hub.onEvent((event) => this.#receive(event));
    this.hub.onConnection(() => {
      if (this.hub.connection() === 'LIVE') this.refresh();
    });
    this.clock.subscribe(() => this.#tick());
    this.refresh();
    this.audit.restart();
  }

  readonly refresh = (): void => {
    void this.dashboard.refresh();
    void this.health.refresh();
    void this.readiness.refresh();
    void this.queue.refresh();
  };

  #receive(event: VegaEvent): void {
    this.clock.receive(event);
    if (event.__typename === 'AuditEvent') this.audit.add(event.entry);
    if (REWRITES.includes(event.__typename)) this.audit.restart();
    if (CONCERNS_ALL.includes(event.__typename)) void this.health.refresh();
    if (this.#isTick(event)) return;
    void this.readiness.refresh();
    void this.queue.refresh();
    if (event.__typename !== 'ReadinessEvent') void this.dashboard.refresh();
  }

  /** A second of a cooldown that has gone by changes nothing that does not tick by itself. */
  #isTick(event: VegaEvent): boolean {
    if (event.__typename !== 'CooldownEvent') return false;
    return event.cooldown.active && this.dashboard.answer().data?.authState.cooldown.active === true;
  }

  get #isBrowserWanted(): boolean {
    const queue = this.queue.answer().data?.browserQueue;
    return queue != null && (queue.holder !== null || queue.waiting.length > 0);
  }

  /** Asks anew in the second in which the answer changes by itself. */
  #tick(): void {
    const second = this.clock.second() ?? 0;
    const from = this.#second;
    this.#second = second;
    if (from === 0) return;
    if (second % QUEUE_SECONDS === 0 && this.#isBrowserWanted) void this.queue.refresh();
    const ends =
      this.dashboard.answer().data?.tokenExpiry.map(({ expiresAt }) => Date.parse(expiresAt) / 1000) ?? [];
    const hasTurned = ends.some((end) =>
      TURNS.some((turn) => from < end - turn + 1 && end - turn + 1 <= second),
    );
    if (hasTurned) void this.dashboard.refresh();
  }
}
