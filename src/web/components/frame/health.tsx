import { HEALTH_WORDS } from '../../../sdk/words.ts';
import { useConnection, useHealth } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { WordMark } from '../word.tsx';

const PARTS = [
  ['database', 'DB'],
  ['api', 'API'],
  ['cache', 'CACHE'],
  ['browser', 'BROWSER'],
] as const;

/** How the parts of the system are, in one line; while nobody tells, that is not known. */
export const HealthStrip = () => {
  const known = useHealth();
  const health = useConnection() === 'LOST' ? null : known;
  return (
    <ul className="health" aria-label="System health">
      {PARTS.map(([part, name]) => (
        <li key={part}>
          <span className="label">{name}</span> <WordMark of={HEALTH_WORDS[health?.[part] ?? 'UNKNOWN']} />
        </li>
      ))}
    </ul>
  );
};

/** What is not well, and what to do about it. */
export const HealthPanel = () => {
  const findings = useHealth()?.findings ?? null;
  return (
    <Panel
      title="System health"
      aside={findings?.length === 0 ? <span className="dim">Nothing to look at.</span> : null}
      className="health-panel"
    >
      {findings === null ? <p className="empty">Being found out …</p> : null}
      {findings === null || findings.length === 0 ? null : (
        <ul className="findings">
          {findings.map(({ component, state, message, nextAction }) => (
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
