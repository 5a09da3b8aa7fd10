import { HEALTH_WORDS } from '../../sdk/words.ts';
import { useHealth } from '../facts/use-desk.ts';
import { Panel } from './panel.tsx';
import { WordMark } from './word.tsx';

const PARTS = [
  ['database', 'DB'],
  ['api', 'API'],
  ['cache', 'CACHE'],
  ['browser', 'BROWSER'],
] as const;

/** How the parts of the system are, and what to do about those that are not well. */
export const HealthPanel = () => {
  const health = useHealth();
  if (health === null)
    return (
      <Panel title="System health" className="health-panel">
        <p className="empty">Being found out …</p>
      </Panel>
    );
  return (
    <Panel title="System health" className="health-panel">
      <ul className="health">
        {PARTS.map(([part, name]) => (
          <li key={part}>
            <span className="label">{name}</span> <WordMark of={HEALTH_WORDS[health[part]]} />
          </li>
        ))}
      </ul>
      {health.findings.length === 0 ? null : (
        <ul className="findings">
          {health.findings.map(({ component, state, message, nextAction }) => (
            <li key={`${component} ${message}`}>
              <WordMark of={HEALTH_WORDS[state]} name={component} /> {message}{' '}
              <span className="next">Next: {nextAction}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
};
