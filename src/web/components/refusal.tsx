import type { Word } from '../../sdk/words.ts';
import type { Refused } from '../actions/refusal.ts';
import { WordMark } from './word.tsx';

const REFUSED: Word = { glyph: '⊘', word: 'REFUSED', tone: 'bad' };

/** Why something was not done and what to do, in the place where it was asked for. */
export const Refusal = ({ of: refusal }: { of: Refused | null }) =>
  refusal === null ? null : (
    <p className="refusal" role="alert">
      <WordMark of={REFUSED} /> {refusal.message}
      {refusal.nextAction === null ? null : <span className="next">Next: {refusal.nextAction}</span>}
    </p>
  );
