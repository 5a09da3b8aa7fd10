import { type ComponentType, lazy, Suspense } from 'react';
import { usePath } from '../router.ts';
import { AccountPage } from './account-page.tsx';

const named = <Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) =>
  lazy(async () => ({ default: (await load())[name] }));

/** All but the account is loaded when it is looked at. */
const PAGES: Readonly<Record<string, ComponentType>> = {
  '/': AccountPage,
  '/login-success': named(() => import('./login-success-page.tsx'), 'LoginSuccessPage'),
  '/apis': named(() => import('./apis-page.tsx'), 'ApisPage'),
  '/accounts': named(() => import('./accounts-page.tsx'), 'AccountsPage'),
  '/keys': named(() => import('./keys-page.tsx'), 'KeysPage'),
  '/dashboard': named(() => import('./dashboard-page.tsx'), 'DashboardPage'),
};

/** What stands under the headline. */
export const View = () => {
  const Page = PAGES[usePath()];
  return <Suspense fallback={<p className="empty">Being read …</p>}>{Page && <Page />}</Suspense>;
};
