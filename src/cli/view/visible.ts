const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;
/** Control Pictures: one of them stands for each of the first 32 characters, and one for DEL. */
const PICTURES = 0x2400;
const DELETE = 0x7f;

/** Shows control and bidirectional characters instead of obeying them: a name must not write to the screen. */
export const visible = (text: string): string =>
  text.replace(CONTROLS, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(PICTURES + code);
    if (code === DELETE) return '\u2421';
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });

/** The same for every text in an answer, names of its fields included. */
export const withVisibleTexts = (value: unknown): unknown => {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(withVisibleTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [visible(name), withVisibleTexts(inner)]),
  );
};

/** A message of several lines that are its own. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');
