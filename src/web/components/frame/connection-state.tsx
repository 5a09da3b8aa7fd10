import type { Word } from '../../../sdk/words.ts';
import type { Connection } from '../../events/event-hub.ts';
import { useConnection } from '../../state/use-page-store.ts';
import { WordMark } from '../word.tsx';

const CONNECTION_WORDS: Readonly<Record<Connection, Word>> = {
  CONNECTING: { glyph: '◌', word: 'CONNECTING', tone: 'warn' },
  LIVE: { glyph: '●', word: 'LIVE', tone: 'good' },
  LOST: { glyph: '✕', word: 'OFFLINE', tone: 'bad' },
  DENIED: { glyph: '✕', word: 'LOCKED OUT', tone: 'bad' },
};

/** Whether what is shown is true now. */
export const ConnectionState = () => <WordMark of={CONNECTION_WORDS[useConnection()]} />;
