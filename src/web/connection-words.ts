import type { Word } from '../sdk/words.ts';
import type { Connection } from './events/event-hub.ts';

const CONNECTION_WORDS: Readonly<Record<Connection, Word>> = {
  CONNECTING: { glyph: '◌', word: 'CONNECTING', tone: 'warn' },
  LIVE: { glyph: '●', word: 'LIVE', tone: 'good' },
  LOST: { glyph: '✕', word: 'OFFLINE', tone: 'bad' },
  DENIED: { glyph: '✕', word: 'LOCKED OUT', tone: 'bad' },
};

export const word = (connection: Connection): Word => CONNECTION_WORDS[connection];
