import { timeInIndia } from '../../format.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { Countdown } from '../countdown.tsx';
import { Panel } from '../panel.tsx';

/** How long the broker is left alone. There is no way around it, and the page offers none. */
export const CooldownPanel = () => {
  const { cooldown, run } = useDashboard().authState;
  if (!cooldown.active || cooldown.until == null)
    return (
      <Panel
        title="Cooldown timer"
        aside={<span className="dim">--:-- No cooldown.</span>}
        className="cooldown-panel"
      >
        {null}
      </Panel>
    );
  return (
    <Panel title="Cooldown timer" className="cooldown-panel is-active">
      <p>
        <Countdown until={cooldown.until} name="Cooldown left" />
        <span>
          Until {timeInIndia(cooldown.until)} IST
          {cooldown.reason == null ? '' : `, because of ${cooldown.reason}`}. No login is tried before.
          {run?.status === 'COOLDOWN' ? ' The run goes on by itself.' : ''}
        </span>
      </p>
    </Panel>
  );
};
