import { EnterDashboardDocument } from '../../../sdk/index.ts';
import { useAction } from '../../actions/use-action.ts';
import { navigate, usePath } from '../../router.ts';
import { useDashboard, useMayAct } from '../../state/use-page-store.ts';
import { Refusal } from '../refusal.tsx';

/** Locked until everything is confirmed. Who only reads looks at the dashboard without going through the gate. */
export const GoToDashboard = () => {
  const { ready, activeAccount, authState } = useDashboard();
  const path = usePath();
  const mayAct = useMayAct();
  const { run, isBusy, refusal } = useAction(EnterDashboardDocument);
  if (path === '/dashboard' && authState.state === 'DASHBOARD')
    return (
      <button type="button" onClick={() => navigate('/')}>
        <span aria-hidden="true">←</span> Back to the account
      </button>
    );
  if (!mayAct) return null;
  if (!ready)
    return (
      <button type="button" aria-disabled="true" className="locked">
        Go to dashboard <span aria-hidden="true">⊘</span>{' '}
        <span className="small">locked until confirmed</span>
      </button>
    );
  const enter = async (): Promise<void> => {
    if ((await run({ accountId: activeAccount.id })) !== null) navigate('/dashboard');
  };
  return (
    <>
      <button type="button" className="primary" disabled={isBusy} onClick={() => void enter()}>
        Go to dashboard <span aria-hidden="true">→</span>
      </button>
      <Refusal of={refusal} />
    </>
  );
};
