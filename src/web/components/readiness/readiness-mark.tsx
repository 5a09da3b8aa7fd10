import { READINESS_WORDS } from '../../../sdk/words.ts';
import { dayInIndia } from '../../format.ts';
import { useReadiness } from '../../state/use-page-store.ts';
import { WordMark } from '../word.tsx';

/** Whether the tokens will be there by the bell, in one line. */
export const ReadinessMark = () => {
  const readiness = useReadiness();
  if (readiness === null) return null;
  const { verdict, bell } = readiness;
  return (
    <p className="readiness-mark">
      <WordMark of={READINESS_WORDS[verdict]} />
      {bell == null ? null : ` for ${dayInIndia(bell)}`}
    </p>
  );
};
