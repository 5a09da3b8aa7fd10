import { GATE_WORDS, headlineOf } from '../../sdk/words.ts';
import { useGlance } from '../facts/use-desk.ts';
import { GoToDashboard } from './go-to-dashboard.tsx';
import { WordMark } from './word.tsx';

/** The one glance: where the account stands, whether programs may trade, what to do next. */
export const HeadlineBar = () => {
  const { activeAccount, authState, ready, tokens } = useGlance();
  const headline = headlineOf({ ...authState, ready, tokens });
  const gate = ready ? GATE_WORDS.open : GATE_WORDS.shut;
  return (
    <section className="headline" data-tone={headline.tone} aria-label={`State of ${activeAccount.name}`}>
      <div className="cell state-cell">
        <h1>
          <span className="label">Auth state</span> <WordMark of={headline} />
        </h1>
        <p>{headline.sentence}</p>
      </div>
      <div className="cell next-cell">
        <h2 className="label">Next</h2>
        <p className="next-action">{headline.nextAction}</p>
      </div>
      <div className="cell gate-cell">
        <p className="gate">
          <WordMark of={gate} />
        </p>
        <GoToDashboard />
      </div>
    </section>
  );
};
