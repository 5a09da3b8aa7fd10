import type { Word } from '../../sdk/words.ts';

/** Glyph and word together; the colour only repeats what they say. */
export const WordMark = ({ of: { glyph, word, tone }, name }: { of: Word; name?: string }) => (
  <span className="word" data-tone={tone}>
    <span className="glyph" aria-hidden="true">
      {glyph}
    </span>{' '}
    {name === undefined ? null : `${name} `}
    {word}
  </span>
);
