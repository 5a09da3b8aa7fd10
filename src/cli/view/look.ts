import type { Tone as WordTone } from '../../sdk/words.ts';
import type { Terminal } from '../command.ts';

export type Tone = WordTone | 'strong' | 'plain';

/** A piece of text and how it is painted. */
export interface Piece {
  readonly text: string;
  readonly tone?: Tone;
}

/** What a renderer knows of the place where its lines will stand. */
export interface Look {
  /** Columns that fit; without end where nobody looks at a screen. */
  readonly width: number;
  readonly hasColour: boolean;
}

const CODES: Readonly<Record<Exclude<Tone, 'plain'>, string>> = {
  good: '32',
  bad: '31',
  warn: '33',
  busy: '36',
  calm: '2',
  strong: '1',
};

const NARROWEST = 20;

/** Colour on a terminal alone, and not where NO_COLOR asks for none. */
export const lookOf = ({ out, env }: Pick<Terminal, 'out' | 'env'>): Look => {
  const isScreen = out.isTTY === true;
  return {
    width: isScreen ? Math.max(NARROWEST, out.columns ?? 80) : Number.POSITIVE_INFINITY,
    hasColour: isScreen && !env.NO_COLOR && env.TERM !== 'dumb',
  };
};

export const paint = ({ text, tone = 'plain' }: Piece, { hasColour }: Look): string =>
  hasColour && tone !== 'plain' && text !== '' ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text;

/** Cut to so many columns, with a mark where something is missing. */
export const clip = (text: string, width: number): string => {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
};

/** One line of several pieces, cut where the screen ends. */
export const line = (pieces: readonly (Piece | string)[], look: Look): string => {
  let left = look.width;
  const painted = pieces.map((piece) => {
    const { text, tone } = typeof piece === 'string' ? { text: piece, tone: 'plain' as const } : piece;
    const shown = clip(text, left);
    left -= shown.length;
    return paint(tone === undefined ? { text: shown } : { text: shown, tone }, look);
  });
  return painted.join('').trimEnd();
};

/** Words over as many lines as that takes. */
export const wrap = (text: string, look: Look, indent = ''): readonly string[] => {
  const room = Math.max(NARROWEST, look.width) - indent.length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((each) => `${indent}${each}`);
};
