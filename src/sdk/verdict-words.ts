import type { TokenStatusQuery, Verdict } from './gql/graphql.ts';

type TokenCheck = TokenStatusQuery['tokenStatus']['tokens'][number];

/** How a verdict looks: whoever shows one shows glyph, word and tone together. */
export interface VerdictLook {
  readonly glyph: string;
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'doubtful' | 'absent';
}

/** The words for verdicts, the same in a terminal and on a page. */
export const VERDICT_LOOKS: Readonly<Record<Verdict, VerdictLook>> = {
  VALID: { glyph: '●', word: 'VALID', tone: 'good' },
  EXPIRED: { glyph: '✕', word: 'EXPIRED', tone: 'bad' },
  INVALID: { glyph: '✕', word: 'INVALID', tone: 'bad' },
  UNKNOWN: { glyph: '?', word: 'UNKNOWN', tone: 'doubtful' },
  MISSING: { glyph: '○', word: 'NOT FOUND', tone: 'absent' },
};

/** Reasons that the word itself says already. */
const SAID: readonly string[] = ['NOT_FOUND', 'TIME_IS_UP'];

/** A verdict with what it rests on, such as `INVALID (401)` or `INVALID (CLIENT CHANGED)`. */
export const verdictText = ({
  verdict,
  reason,
  httpStatus,
}: Pick<TokenCheck, 'verdict' | 'reason' | 'httpStatus'>): string => {
  const { word } = VERDICT_LOOKS[verdict];
  if (verdict === 'VALID' || reason === null || SAID.includes(reason)) return word;
  return `${word} (${httpStatus === null || httpStatus === 200 ? reason.replaceAll('_', ' ') : httpStatus})`;
};
