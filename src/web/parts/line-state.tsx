import { useLine } from '../facts/use-desk.ts';
import { word } from '../line-words.ts';
import { WordMark } from './word.tsx';

/** Whether what is shown is true now. */
export const LineState = () => <WordMark of={word(useLine())} />;
