import { useSyncExternalStore } from 'react';

/** The views, each under a path of its own and a key. F5, F11 and F12 stay the browser's. */
export const VIEWS = [
  { path: '/', name: 'Account', key: 'F2' },
  { path: '/login-success', name: 'Login', key: 'F4' },
  { path: '/apis', name: 'APIs', key: 'F8' },
  { path: '/accounts', name: 'Accounts', key: 'F9' },
  { path: '/keys', name: 'Keys', key: 'F10' },
] as const;

const listeners = new Set<() => void>();
const publish = (): void => {
  for (const listener of [...listeners]) listener();
};
globalThis.addEventListener?.('popstate', publish);

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

export const navigate = (path: string): void => {
  if (path !== location.pathname) history.pushState(null, '', path);
  publish();
};
