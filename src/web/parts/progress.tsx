import { RUN_WORDS } from '../../sdk/words.ts';
import { useGlance } from '../facts/use-desk.ts';
import { WordMark } from './word.tsx';

/** Of the run that is under way; where there is none, of the tokens there are. */
export const Progress = () => {
  const { authState, tokens } = useGlance();
  const { run } = authState;
  const isLive = run !== null && run !== undefined && run.endedAt === null;
  const made = isLive
    ? run.steps.filter(({ status }) => status === 'DONE').length
    : tokens.filter(({ verdict }) => verdict === 'VALID').length;
  const total = isLive ? run.steps.length : tokens.length;
  return (
    <div className="progress">
      {isLive ? <WordMark of={RUN_WORDS[run.status]} /> : null}
      <progress max={Math.max(total, 1)} value={made} aria-label={isLive ? 'Tokens made' : 'Valid tokens'} />
      <b className="number">
        {made} / {total}
      </b>{' '}
      {isLive ? 'made' : 'valid'}
    </div>
  );
};
