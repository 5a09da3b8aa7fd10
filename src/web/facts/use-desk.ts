import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Line } from '../events/event-hub.ts';
import type { AuditView } from './audit-feed.ts';
import type { Desk, Glance, Health } from './desk.ts';
import type { Answer } from './live-query.ts';

export const DeskContext = createContext<Desk | null>(null);

export const useDesk = (): Desk => {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('There is no desk around this part of the page.');
  return desk;
};

export const useGlanceAnswer = (): Answer<Glance> => {
  const { glance } = useDesk();
  return useSyncExternalStore(glance.subscribe, glance.answer);
};

/** What is known of the active account; only where something is known already. */
export const useGlance = (): Glance => {
  const { data } = useGlanceAnswer();
  if (data === null) throw new Error('Nothing is known yet.');
  return data;
};

export const useHealth = (): Health | null => {
  const { health } = useDesk();
  return useSyncExternalStore(health.subscribe, health.answer).data?.systemHealth ?? null;
};

export const useAudit = (): AuditView => {
  const { audit } = useDesk();
  return useSyncExternalStore(audit.subscribe, audit.view);
};

export const useLine = (): Line => {
  const { hub } = useDesk();
  return useSyncExternalStore(hub.onLine, hub.line);
};

/** Server time in whole seconds; renders once a second, so only the smallest part that ticks should ask. */
export const useServerSecond = (): number | null => {
  const { clock } = useDesk();
  return useSyncExternalStore(clock.subscribe, clock.second);
};

/** Whole seconds until an instant, by the server's clock, never negative; null where that is not known. */
export const useSecondsUntil = (instant: string | null | undefined): number | null => {
  const second = useServerSecond();
  if (instant == null || second === null) return null;
  return Math.max(0, Math.ceil(Date.parse(instant) / 1000 - second));
};

/** Whether the caller may act. */
export const useMayAct = (): boolean => useGlance().caller.role === 'OPERATOR';
