import type { Word } from '../sdk/words.ts';
import type { Line } from './events/event-hub.ts';

const LINE_WORDS: Readonly<Record<Line, Word>> = {
  CONNECTING: { glyph: '◌', word: 'CONNECTING', tone: 'warn' },
  LIVE: { glyph: '●', word: 'LIVE', tone: 'good' },
  LOST: { glyph: '✕', word: 'OFFLINE', tone: 'bad' },
  DENIED: { glyph: '✕', word: 'LOCKED OUT', tone: 'bad' },
};

export const word = (line: Line): Word => LINE_WORDS[line];
