import { GATE_WORDS, standingWord, type Word } from '../../sdk/words.ts';
import { stateWordsOf } from '../state-words.ts';
import { useConnection, useDashboard } from './use-page-store.ts';

/** Where the account stands, as the API says it, and one word for it. */
export interface Headline extends Word {
  readonly sentence: string;
  readonly nextAction: string;
}

const GATE_UNKNOWN: Word = { glyph: '?', word: 'GATE UNKNOWN', tone: 'warn' };

/** Where the account stands and whether the gate is open; while nobody tells, that is not known. */
export const useHeadline = (): {
  readonly headline: Headline;
  /** What stands as the auth state; what blocks it stands beside it. */
  readonly stateWords: readonly Word[];
  readonly gate: Word;
  readonly isSure: boolean;
} => {
  const { authState, ready, tokens, tokenExpiry } = useDashboard();
  const isSure = useConnection() !== 'LOST';
  const summary = { ...authState, ready, tokens, expiry: tokenExpiry };
  const standing = standingWord(summary);
  const known = { ...standing, sentence: authState.headline, nextAction: authState.nextAction };
  if (isSure) {
    const gate = ready ? GATE_WORDS.open : GATE_WORDS.shut;
    return { headline: known, stateWords: stateWordsOf(summary, standing), gate, isSure };
  }
  const headline: Headline = {
    glyph: '✕',
    word: 'OFFLINE',
    tone: 'bad',
    sentence: `Last known: ${known.word}, gate ${ready ? 'open' : 'shut'}. Nothing below is sure.`,
    nextAction: 'Check that vega-auth runs. The page connects again by itself and misses nothing.',
  };
  return { headline, stateWords: [headline], gate: GATE_UNKNOWN, isSure };
};
