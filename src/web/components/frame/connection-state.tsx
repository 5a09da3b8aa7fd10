import { word } from '../../connection-words.ts';
import { useConnection } from '../../state/use-page-store.ts';
import { WordMark } from '../word.tsx';

/** Whether what is shown is true now. */
export const ConnectionState = () => <WordMark of={word(useConnection())} />;
