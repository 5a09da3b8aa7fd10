import { useSyncExternalStore } from 'react';
import { Listeners } from './state/listeners.ts';

/** The views, each under a path of its own and a key. F5, F11 and F12 stay the browser's. */
export const VIEWS = [
  { path: '/', name: 'Account', key: 'F2' },
  { path: '/login-success', name: 'Login', key: 'F4' },
  { path: '/apis', name: 'APIs', key: 'F8' },
  { path: '/accounts', name: 'Accounts', key: 'F9' },
  { path: '/keys', name: 'Keys', key: 'F10' },
] as const;

const listeners = new Listeners();
globalThis.addEventListener?.('popstate', () => listeners.publish());

export const usePath = (): string => useSyncExternalStore(listeners.add, () => location.pathname);

export const navigate = (path: string): void => {
  if (path !== location.pathname) history.pushState(null, '', path);
  listeners.publish();
};
