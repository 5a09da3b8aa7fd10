import type { RunCanaryMutation } from '../../sdk/index.ts';
import { CANARY_WORDS } from '../../sdk/words.ts';
import { inCommands } from './command-words.ts';
import { type Look, line, type Piece, wrap } from './look.ts';

export type Report = RunCanaryMutation['runCanary'][number];

/** `PRIMARY ✓ the login page is as it was`. */
export const canaryPiece = ({ apiName, verdict }: Pick<Report, 'apiName' | 'verdict'>): Piece => {
  const { glyph, word, tone } = CANARY_WORDS[verdict];
  return { text: `${glyph} login page of ${apiName}: ${word}`, tone };
};

/** Each verdict, what has changed, and what to do about it. */
export const renderCanary = (reports: readonly Report[], look: Look): readonly string[] =>
  reports.flatMap((report) => [
    line([{ text: report.accountId, tone: 'strong' }, '  ', canaryPiece(report)], look),
    ...wrap(report.message, look),
    ...report.changes.flatMap((change) => wrap(`- ${change}`, look)),
    ...(report.verdict === 'SAME' ? [] : wrap(`Next: ${inCommands(report.nextAction)}`, look)),
  ]);
