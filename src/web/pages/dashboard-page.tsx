import { useGlance } from '../facts/use-desk.ts';
import { Panel } from '../parts/panel.tsx';
import { TokenPanel } from '../parts/token-panel.tsx';

/** Behind the gate: from here on the trading programs work. When the gate shuts, so does this view. */
export const DashboardPage = () => {
  const { activeAccount, authState, ready } = useGlance();
  const isInside = ready && authState.state === 'DASHBOARD';
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
        ) : (
          <p className="banner" data-tone="bad">
            <b>
              <span aria-hidden="true">⊘</span> The dashboard of {activeAccount.name} is locked.
            </b>{' '}
            {ready
              ? 'Everything is confirmed: go through the gate.'
              : 'It opens when everything is confirmed.'}
          </p>
        )}
      </Panel>
      <TokenPanel />
    </div>
  );
};
