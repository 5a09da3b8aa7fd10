import { READINESS_WORDS } from '../../../sdk/words.ts';
import { dayInIndia } from '../../format.ts';
import { useConnection, useReadiness } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { WordMark } from '../word.tsx';

/** What is forecast for the bell, and what a person can do about it. */
export const ReadinessPanel = () => {
  const known = useReadiness();
  const readiness = useConnection() === 'LOST' ? null : known;
  if (readiness === null)
    return (
      <Panel
        title="Ready by the bell"
        aside={<span className="dim">Not known.</span>}
        className="readiness-panel"
      >
        {null}
      </Panel>
    );
  const { verdict, bell, eta, etaWorst, latestSafeStart, probability, confidence, reasons } = readiness;
  const times = [
    ['Bell', bell],
    ['Done, about', eta],
    ['Done, 95 of 100', etaWorst],
    ['Latest safe start', latestSafeStart],
  ] as const;
  return (
    <Panel
      title="Ready by the bell"
      aside={<WordMark of={READINESS_WORDS[verdict]} />}
      className="readiness-panel"
    >
      <ul className="lines">
        {times.map(([name, at]) =>
          at == null ? null : (
            <li key={name}>
              <b className="number">{dayInIndia(at)}</b> {name}
            </li>
          ),
        )}
        {probability == null || verdict === 'READY' ? null : (
          <li>
            <b className="number">{Math.min(99, Math.round(probability * 100))} %</b> likely without a person,
            confidence {confidence}
          </li>
        )}
        {reasons.map(({ code, message, nextAction }) => (
          <li key={code}>
            {message} <span className="next">Next: {nextAction}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
};
