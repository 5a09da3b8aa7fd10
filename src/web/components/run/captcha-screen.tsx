import { useDashboard, useMayAct } from '../../state/use-page-store.ts';
import { Countdown } from '../countdown.tsx';
import { AbortButton } from './abort-button.tsx';

/** The run waits for a person. vega-auth never touches a CAPTCHA, and this page cannot either. */
export const CaptchaScreen = () => {
  const { activeAccount, authState } = useDashboard();
  const mayAct = useMayAct();
  const { run } = authState;
  if (run == null) return null;
  return (
    <div className="captcha">
      <p className="captcha-title">
        <span aria-hidden="true">⚠</span> CAPTCHA: a person is needed
      </p>
      {run.waitingUntil == null ? null : (
        <p>
          <Countdown until={run.waitingUntil} name="Time left to solve it" /> left; then the run stops.
        </p>
      )}
      <ol>
        <li>Go to the machine that vega-auth runs on; the broker’s page is open in a window there.</li>
        <li>Solve the CAPTCHA of {activeAccount.name} by hand. Type nothing else.</li>
        <li>The run goes on by itself as soon as the page has moved on.</li>
      </ol>
      {mayAct ? <AbortButton runId={run.id} /> : null}
    </div>
  );
};
