import { type Headline, headlineOf } from '../../sdk/headline.ts';
import { GATE_WORDS, type Word } from '../../sdk/words.ts';
import { useGlance, useLine } from './use-desk.ts';

const GATE_UNKNOWN: Word = { glyph: '?', word: 'GATE UNKNOWN', tone: 'warn' };

/** Where the account stands and whether the gate is open; while nobody tells, that is not known. */
export const useHeadline = (): {
  readonly headline: Headline;
  readonly gate: Word;
  readonly isSure: boolean;
} => {
  const { authState, ready, tokens, tokenExpiry } = useGlance();
  const isSure = useLine() !== 'LOST';
  const known = headlineOf({ ...authState, ready, tokens, expiry: tokenExpiry });
  if (isSure) return { headline: known, gate: ready ? GATE_WORDS.open : GATE_WORDS.shut, isSure };
  const headline: Headline = {
    glyph: '✕',
    word: 'OFFLINE',
    tone: 'bad',
    sentence: `Last known: ${known.word}, gate ${ready ? 'open' : 'shut'}. Nothing below is sure.`,
    nextAction: 'Check that vega-auth runs. The page connects again by itself and misses nothing.',
  };
  return { headline, gate: GATE_UNKNOWN, isSure };
};
