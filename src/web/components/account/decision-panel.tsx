import { useEffect } from 'react';
import { lockOf } from '../../actions/locks.ts';
import { useIntent } from '../../intent.tsx';
import { useConnection, useDashboard, useMayAct } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { CaptchaScreen } from '../run/captcha-screen.tsx';
import { Quarantine } from '../run/quarantine.tsx';
import { ChooseApis } from './choose-apis.tsx';
import { AcceptPartial, ForceAll, LogOut } from './dangers.tsx';
import { DecisionButtons } from './decision-buttons.tsx';

/** What an operator can do about it. Whoever only reads is told why there is nothing to press. */
export const DecisionPanel = () => (
  <Panel title="Decision" className="decision-panel">
    <Decision />
  </Panel>
);

const Decision = () => {
  const dashboard = useDashboard();
  const { authState, caller } = dashboard;
  const mayAct = useMayAct();
  const { question: asked, ask } = useIntent();
  const isLocked = asked !== null && lockOf(asked, dashboard) !== null;
  const question = isLocked ? null : asked;
  useEffect(() => {
    // What a run forbids is not asked any more, also when it was asked before the run began.
    if (isLocked) ask(null);
  }, [isLocked, ask]);
  const isLost = useConnection() === 'LOST';
  const waits = authState.blockedBy === 'CAPTCHA' && authState.run?.status === 'WAITING_OPERATOR';
  if (!mayAct)
    return (
      <>
        {waits ? <CaptchaScreen /> : null}
        <p className="note">
          You are {caller.role}: you see everything and change nothing, so there are no buttons here. To act,
          open the one-time link that the server printed, or log in with a key of the role OPERATOR.
        </p>
      </>
    );
  if (isLost) return <p className="note">Offline: nothing can be done from here until the server answers.</p>;
  if (question === 'CHOOSE') return <ChooseApis />;
  if (question === 'FORCE') return <ForceAll />;
  if (question === 'ACCEPT') return <AcceptPartial />;
  if (question === 'LOGOUT') return <LogOut />;
  if (waits) return <CaptchaScreen />;
  return (
    <>
      {authState.blockedBy === 'CREDENTIALS_REJECTED' ? <Quarantine /> : null}
      <DecisionButtons />
    </>
  );
};
