import { createContext, useContext, useSyncExternalStore } from 'react';
import type { BrowserQueueQuery, ReadinessQuery } from '../../sdk/index.ts';
import type { Connection } from '../events/event-hub.ts';
import type { DashboardQuery } from '../gql/graphql.ts';
import type { AuditView } from './audit-feed.ts';
import type { Answer } from './live-query.ts';
import type { Health, PageStore } from './page-store.ts';

export const PageStoreContext = createContext<PageStore | null>(null);

export const usePageStore = (): PageStore => {
  const store = useContext(PageStoreContext);
  if (store === null) throw new Error('There is no page store around this part of the page.');
  return store;
};

export const useDashboardAnswer = (): Answer<DashboardQuery> => {
  const { dashboard } = usePageStore();
  return useSyncExternalStore(dashboard.subscribe, dashboard.answer);
};

/** What is known of the active account; only where something is known already. */
export const useDashboard = (): DashboardQuery => {
  const { data } = useDashboardAnswer();
  if (data === null) throw new Error('Nothing is known yet.');
  return data;
};

export const useHealth = (): Health | null => {
  const { health } = usePageStore();
  return useSyncExternalStore(health.subscribe, health.answer).data?.systemHealth ?? null;
};

/** What is forecast for the bell; null while it is not known. */
export const useReadiness = (): ReadinessQuery['readiness'] | null => {
  const { readiness } = usePageStore();
  return useSyncExternalStore(readiness.subscribe, readiness.answer).data?.readiness ?? null;
};

/** Who has the browser and who waits for it; null while that is not known. */
export const useQueue = (): BrowserQueueQuery['browserQueue'] | null => {
  const { queue } = usePageStore();
  return useSyncExternalStore(queue.subscribe, queue.answer).data?.browserQueue ?? null;
};

export const useAudit = (): AuditView => {
  const { audit } = usePageStore();
  return useSyncExternalStore(audit.subscribe, audit.view);
};

export const useConnection = (): Connection => {
  const { hub } = usePageStore();
  return useSyncExternalStore(hub.onConnection, hub.connection);
};

/** Server time in whole seconds; renders once a second, so only the smallest part that ticks should ask. */
export const useServerSecond = (): number | null => {
  const { clock } = usePageStore();
  return useSyncExternalStore(clock.subscribe, clock.second);
};

/** Whole seconds until an instant, by the server's clock, never negative; null where that is not known. */
export const useSecondsUntil = (instant: string | null | undefined): number | null => {
  const second = useServerSecond();
  if (instant == null || second === null) return null;
  return Math.max(0, Math.ceil(Date.parse(instant) / 1000 - second));
};

export const useMayAct = (): boolean => useDashboard().caller.role === 'OPERATOR';
