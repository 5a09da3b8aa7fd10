import { useEffect, useState } from 'react';
import { EnterDashboardDocument } from '../../sdk/index.ts';
import { useAction } from '../actions/use-action.ts';
import { wasOpenedFromHere } from '../arrival.ts';
import { Panel } from '../components/panel.tsx';
import { Refusal } from '../components/refusal.tsx';
import { ProgressPanel } from '../components/run/progress.tsx';
import { TokenPanel } from '../components/tokens/token-panel.tsx';
import { navigate } from '../router.ts';
import { useHeadline } from '../state/use-headline.ts';
import { useDashboard, useMayAct } from '../state/use-page-store.ts';
import { useIsSeen } from '../use-is-seen.ts';

/** Behind the gate: from here on the trading programs work. When the gate shuts, so does this view. */
export const DashboardPage = () => {
  const { activeAccount, authState, ready } = useDashboard();
  const { isEntering, refusal } = useEntering();
  // While a run is under way the state follows the run, and the gate stays open as long as the facts confirm.
  const isInside = ready && authState.state !== 'AUTH_CONFIRMED';
  return (
    <div className="stack">
      <Panel title="Dashboard">
        {isInside ? (
          <p className="banner" data-tone="good">
            <b>
              <span aria-hidden="true">✓</span> {activeAccount.name} is through the gate.
            </b>{' '}
            Programs with a SERVICE key are handed their tokens now; this page goes on telling when they end.
          </p>
        ) : isEntering ? (
          <p className="empty">Entering …</p>
        ) : (
          <Locked />
        )}
        <Refusal of={refusal} />
      </Panel>
      <ProgressPanel />
      <TokenPanel />
    </div>
  );
};

/**
 * Whoever comes to this address wants in and is not asked again: the gate is entered once, on arrival, by a mutation.
 * A page that waits here until the gate opens later has the button.
 */
const useEntering = () => {
  const { activeAccount, authState, ready } = useDashboard();
  const mayAct = useMayAct();
  const isSeen = useIsSeen();
  const { run, isBusy, refusal } = useAction(EnterDashboardDocument);
  const [isDecided, decide] = useState(false);
  const accountId = activeAccount.id;
  const mayEnter = ready && mayAct && authState.state === 'AUTH_CONFIRMED' && wasOpenedFromHere();
  useEffect(() => {
    if (isDecided || !isSeen) return;
    decide(true);
    if (mayEnter) void run({ accountId });
  }, [isDecided, isSeen, mayEnter, run, accountId]);
  return { isEntering: isBusy || (!isDecided && mayEnter), refusal };
};

/** Why this is not the dashboard, and the way on. */
const Locked = () => {
  const { activeAccount, caller, ready } = useDashboard();
  const mayAct = useMayAct();
  const { headline } = useHeadline();
  return (
    <>
      <p className="banner" data-tone={ready ? 'warn' : 'bad'}>
        <b>
          <span aria-hidden="true">{ready ? '◐' : '⊘'}</span>{' '}
          {ready
            ? `The gate of ${activeAccount.name} is open.`
            : `The dashboard of ${activeAccount.name} is locked.`}
        </b>{' '}
        {reasonOf(ready, mayAct, caller.role, headline.sentence)}
      </p>
      <p>
        <b>Next:</b> {nextOf(ready, mayAct, headline.nextAction)}
      </p>
      <button type="button" onClick={() => navigate('/')}>
        <span aria-hidden="true">←</span> To the account
      </button>
    </>
  );
};

const reasonOf = (ready: boolean, mayAct: boolean, role: string, sentence: string): string => {
  if (!ready) return `It opens when everything is confirmed. ${sentence}`;
  return mayAct
    ? 'Everything is confirmed, and nobody has gone through the gate yet.'
    : `Everything is confirmed, but you are ${role}: you see everything and go through no gate.`;
};

const nextOf = (ready: boolean, mayAct: boolean, nextAction: string): string => {
  if (!mayAct)
    return 'Open a one-time link (`vega-auth keys link`) or log in with a key of the role OPERATOR, or have an operator act.';
  return ready ? 'Press “Go to dashboard” above.' : nextAction;
};
