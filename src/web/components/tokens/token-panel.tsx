import { useDashboard } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { TokenRow } from './token-row.tsx';

/** Every token with its verdict and its end, PRIMARY on top as the API has it. Nothing here triggers anything. */
export const TokenPanel = () => {
  const { tokens, authState } = useDashboard();
  return (
    <Panel title="Token expiry timeline" className="token-panel">
      {tokens.length === 0 ? (
        <p className="empty">No API is configured for this account. Next: add PRIMARY under APIs (F8).</p>
      ) : (
        <table className="tokens">
          <thead>
            <tr>
              <th scope="col">API</th>
              <th scope="col">Verdict</th>
              <th scope="col" className="bar-column">
                <span className="wide">Time left of</span> 24 h
              </th>
              <th scope="col" className="number">
                Left
              </th>
              <th scope="col" className="number wide">
                Ends IST
              </th>
              <th scope="col" className="number wide">
                Checked IST
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <TokenRow
                key={token.apiName}
                token={token}
                step={authState.run?.steps.find(({ apiName }) => apiName === token.apiName) ?? null}
              />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
};
