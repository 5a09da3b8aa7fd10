import { Fragment } from 'react';
import { useHeadline } from '../../state/use-headline.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { Countdown } from '../countdown.tsx';
import { ReadinessMark } from '../readiness/readiness-mark.tsx';
import { WordMark } from '../word.tsx';
import { GoToDashboard } from './go-to-dashboard.tsx';
import { OfflineFor } from './offline-for.tsx';

/** At one look: where the account stands, whether programs may trade, what to do next. */
export const HeadlineBar = () => {
  const { activeAccount, authState } = useDashboard();
  const { headline, stateWords, gate, isSure } = useHeadline();
  const { cooldown, run } = authState;
  const until = cooldown.active ? cooldown.until : run?.waitingUntil;
  return (
    <section className="headline" data-tone={headline.tone} aria-label={`State of ${activeAccount.name}`}>
      <div className="cell state-cell">
        <h1>
          <span className="label">Auth state</span>
          {stateWords.map((word) => (
            <Fragment key={word.word}>
              {' '}
              <WordMark of={word} />
            </Fragment>
          ))}
        </h1>
        {isSure && until != null ? <Countdown until={until} name="Time left" /> : null}
        {isSure ? null : <OfflineFor />}
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
        {isSure ? <ReadinessMark /> : null}
        {isSure ? <GoToDashboard /> : null}
      </div>
    </section>
  );
};
