import { useGlance } from '../facts/use-desk.ts';

/** What stands on the button of the account menu. */
export const ActiveAccount = () => {
  const { activeAccount } = useGlance();
  return (
    <>
      <span className="label">Account</span> <b>{activeAccount.name}</b> <span aria-hidden="true">▾</span>
    </>
  );
};
