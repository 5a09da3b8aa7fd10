import { lazy, Suspense } from 'react';
import { usePath } from '../router.ts';
import { AccountPage } from './account-page.tsx';

const LoginSuccessPage = lazy(() =>
  import('./login-success-page.tsx').then((module) => ({ default: module.LoginSuccessPage })),
);
const ApisPage = lazy(() => import('./apis-page.tsx').then((module) => ({ default: module.ApisPage })));
const AccountsPage = lazy(() =>
  import('./accounts-page.tsx').then((module) => ({ default: module.AccountsPage })),
);
const KeysPage = lazy(() => import('./keys-page.tsx').then((module) => ({ default: module.KeysPage })));
const DashboardPage = lazy(() =>
  import('./dashboard-page.tsx').then((module) => ({ default: module.DashboardPage })),
);

/** What stands under the headline. All but the account is loaded when it is looked at. */
export const View = () => {
  const path = usePath();
  return (
    <Suspense fallback={<p className="empty">Being read …</p>}>
      {path === '/login-success' ? <LoginSuccessPage /> : null}
      {path === '/apis' ? <ApisPage /> : null}
      {path === '/accounts' ? <AccountsPage /> : null}
      {path === '/keys' ? <KeysPage /> : null}
      {path === '/dashboard' ? <DashboardPage /> : null}
      {path === '/' ? <AccountPage /> : null}
    </Suspense>
  );
};
