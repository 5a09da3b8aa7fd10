import { useDashboard } from '../../state/use-page-store.ts';

export const ActiveAccount = () => {
  const { activeAccount } = useDashboard();
  return (
    <>
      <span className="label">Account</span> <b>{activeAccount.name}</b> <span aria-hidden="true">▾</span>
    </>
  );
};
