import { lazy, Suspense, useState } from 'react';
import { ActiveAccount } from './active-account.tsx';

const AccountChoices = lazy(() =>
  import('./account-choices.tsx').then((module) => ({ default: module.AccountChoices })),
);

/** Which account is the active one, and the way to another; most mornings nobody takes it. */
export const AccountMenu = () => {
  const [isWanted, want] = useState(false);
  const button = (
    <button
      type="button"
      className="account-trigger"
      aria-haspopup="menu"
      aria-expanded="false"
      onClick={() => want(true)}
    >
      <ActiveAccount />
    </button>
  );
  return (
    <div className="account-menu">
      {isWanted ? (
        <Suspense fallback={button}>
          <AccountChoices />
        </Suspense>
      ) : (
        button
      )}
    </div>
  );
};
