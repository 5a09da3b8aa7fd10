import { GenerationRunDocument } from '../../sdk/index.ts';
import { RUN_WORDS } from '../../sdk/words.ts';
import { Refusal } from '../components/refusal.tsx';
import { WordMark } from '../components/word.tsx';
import { auditTimeInIndia, momentInIndia } from '../format.ts';
import { useAnswer } from '../state/use-answer.ts';
import { RunTimeline } from './run-timeline.tsx';
import { useActs } from './use-acts.ts';

/** A run as it was: its timeline, why it failed, and every entry that belongs to it. */
export const RunDetail = ({ id, isWhole = false }: { id: string; isWhole?: boolean }) => {
  const { data, refusal } = useAnswer(GenerationRunDocument, { id });
  const acts = useActs(id);
  const run = data?.generationRun ?? null;
  if (data === null) return <p className="empty">{refusal === null ? 'Being read …' : refusal.message}</p>;
  return (
    <div className="run-detail">
      <Refusal of={refusal} />
      {run === null ? null : (
        <>
          <p>
            <b>Run {run.id.slice(0, 8)}</b> {run.mode} <WordMark of={RUN_WORDS[run.status]} />{' '}
            <span className="dim">since {momentInIndia(run.startedAt)}</span>
          </p>
          {run.steps.length === 0 ? (
            <p className="dim">There was nothing to make.</p>
          ) : (
            <RunTimeline run={run} acts={acts} isWhole={isWhole} />
          )}
          {run.steps.map(({ apiName, failure }) =>
            failure == null ? null : (
              <p key={apiName}>
                <b>
                  {apiName} {failure.code}:
                </b>{' '}
                {failure.message} <span className="next">Next: {failure.nextAction}</span>
              </p>
            ),
          )}
          {run.endedTokens.map(({ apiName, message, nextAction }) => (
            <p key={apiName}>
              {message} <span className="next">Next: {nextAction}</span>
            </p>
          ))}
        </>
      )}
      {run === null && acts.length === 1 ? <p className="dim">Nothing else belongs to it.</p> : null}
      {isWhole && (run !== null || acts.length > 1) ? (
        <ol className="acts" aria-label="What was done in it">
          {acts.map(({ id: entry, timestamp, apiName, message }) => (
            <li key={entry}>
              <span className="number dim">{auditTimeInIndia(timestamp)}</span>{' '}
              {apiName == null ? null : <b>{apiName} </b>}
              {message}
            </li>
          ))}
        </ol>
      ) : null}
    </div>
  );
};
