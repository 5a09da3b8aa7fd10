const MAX_LENGTH = 120;

/** Words of a page or an answer for people: on one line, and whatever could be a number of the account made unreadable. */
export const quote = (text: string): string => {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/\S+@\S+/g, '…@…')
    .replace(/\d[\d\s*-]{2,}\d|\d{3,}/g, '…')
    .trim();
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH)}…` : plain;
};
