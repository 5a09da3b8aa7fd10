import { useGlance, useSecondsUntil } from '../facts/use-desk.ts';
import { countdown, timeInIndia } from '../format.ts';
import { Panel } from './panel.tsx';

/** How long the broker is left alone. There is no way around it, and the page offers none. */
export const CooldownPanel = () => {
  const { cooldown, run } = useGlance().authState;
  if (!cooldown.active || cooldown.until == null)
    return (
      <Panel title="Cooldown timer" className="cooldown-panel">
        <p className="quiet-line">
          <span className="number timer">--:--</span> No cooldown.
        </p>
      </Panel>
    );
  return (
    <Panel title="Cooldown timer" className="cooldown-panel is-active">
      <p>
        <Timer until={cooldown.until} />
        <span>
          Until {timeInIndia(cooldown.until)} IST{cooldown.reason == null ? '' : `, because of ${cooldown.reason}`}. No
          login is tried before.
          {run?.status === 'COOLDOWN' ? ' The run goes on by itself.' : ''}
        </span>
      </p>
    </Panel>
  );
};

const Timer = ({ until }: { until: string }) => {
  const seconds = useSecondsUntil(until);
  return (
    <span className="timer number" role="timer" aria-label="Cooldown left">
      {seconds === null ? '--:--' : countdown(seconds)}
    </span>
  );
};
