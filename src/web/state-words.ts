import type { ApiName, Verdict } from '../sdk/index.ts';
import { BLOCK_WORDS, STATE_WORDS, type StandingFacts, type Word } from '../sdk/words.ts';

interface Summary extends StandingFacts {
  readonly tokens: readonly { readonly apiName: ApiName; readonly verdict: Verdict }[];
}

/** While an account stands there, PRIMARY may be what it lacks. */
const MAY_LACK_PRIMARY: readonly StandingFacts['state'][] = ['PARTIAL_AUTH', 'COOLDOWN'];

/**
 * The auth state in words: `PARTIAL (PRIMARY MISSING)`, and beside it what the headline says instead of the state, such
 * as why nothing moves.
 */
export const stateWordsOf = (summary: Summary, standing: Word): readonly Word[] => {
  const { state, blockedBy } = summary;
  const text = STATE_WORDS[state].word + lackOfPrimary(summary);
  if (standing.word !== STATE_WORDS[state].word) return [{ ...STATE_WORDS[state], word: text }, standing];
  const isResting = blockedBy === 'COOLDOWN' && state !== 'COOLDOWN';
  return [{ ...standing, word: text }, ...(isResting ? [BLOCK_WORDS.COOLDOWN] : [])];
};

const lackOfPrimary = ({ state, tokens }: Summary): string => {
  const verdict = tokens.find(({ apiName }) => apiName === 'PRIMARY')?.verdict ?? 'MISSING';
  return verdict === 'VALID' || !MAY_LACK_PRIMARY.includes(state) ? '' : ` (PRIMARY ${verdict})`;
};
