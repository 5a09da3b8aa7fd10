import { useGlance, useMayAct, useSecondsUntil } from '../facts/use-desk.ts';
import { countdown } from '../format.ts';
import { AbortButton } from './abort-button.tsx';

/** The run waits for a person. vega-auth never touches a CAPTCHA, and this page cannot either. */
export const CaptchaScreen = () => {
  const { activeAccount, authState } = useGlance();
  const mayAct = useMayAct();
  const { run } = authState;
  if (run == null) return null;
  return (
    <div className="captcha">
      <p className="captcha-title">
        <span aria-hidden="true">⚠</span> CAPTCHA: a person is needed
      </p>
      <TimeLeft until={run.waitingUntil ?? null} />
      <ol>
        <li>Go to the machine that vega-auth runs on; the broker’s page is open in a window there.</li>
        <li>Solve the CAPTCHA of {activeAccount.name} by hand. Type nothing else.</li>
        <li>The run goes on by itself as soon as the page has moved on.</li>
      </ol>
      {mayAct ? <AbortButton runId={run.id} /> : null}
    </div>
  );
};

const TimeLeft = ({ until }: { until: string | null }) => {
  const seconds = useSecondsUntil(until);
  return (
    <p>
      <span className="timer number" role="timer" aria-label="Time left to solve it">
        {seconds === null ? '--:--' : countdown(seconds)}
      </span>{' '}
      left; then the run stops and nothing was submitted.
    </p>
  );
};
