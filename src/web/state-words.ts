import type { AccountSummary } from '../sdk/headline.ts';
import { BLOCK_WORDS, STATE_WORDS, type Word } from '../sdk/words.ts';

/** While an account stands there, PRIMARY may be what it lacks. */
const MAY_LACK_PRIMARY: readonly AccountSummary['state'][] = ['PARTIAL_AUTH', 'COOLDOWN'];

/**
 * The auth state in words: `PARTIAL (PRIMARY MISSING)`, and beside it what the headline says instead of the state, such
 * as why nothing moves.
 */
export const stateWordsOf = (summary: AccountSummary, headline: Word): readonly Word[] => {
  const { state, blockedBy } = summary;
  const text = STATE_WORDS[state].word + lackOfPrimary(summary);
  if (headline.word !== STATE_WORDS[state].word) return [{ ...STATE_WORDS[state], word: text }, headline];
  const isResting = blockedBy === 'COOLDOWN' && state !== 'COOLDOWN';
  return [{ ...headline, word: text }, ...(isResting ? [BLOCK_WORDS.COOLDOWN] : [])];
};

const lackOfPrimary = ({ state, tokens }: AccountSummary): string => {
  const verdict = tokens.find(({ apiName }) => apiName === 'PRIMARY')?.verdict ?? 'MISSING';
  return verdict === 'VALID' || !MAY_LACK_PRIMARY.includes(state) ? '' : ` (PRIMARY ${verdict})`;
};
