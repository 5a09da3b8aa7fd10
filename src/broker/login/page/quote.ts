const MAX_LENGTH = 120;

/** Words of a page or an answer for people: on one line, and whatever could be a number of the account made unreadable. */
export const quote = (text: string): string => {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/\S+@\S+/g, '…@…')
    .replace(/\beyJ[\w-]+(?:\.[\w-]+)*/g, '…')
    .replace(/\p{Nd}[\p{Nd}\s*_.,-]{2,}\p{Nd}|\p{Nd}{3,}/gu, '…')
    .trim();
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH)}…` : plain;
};
