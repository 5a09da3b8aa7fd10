/** A part of it is made unreadable, as the broker's own documentation shows it. */
const MASKED = /\*|•|x{4,}/i;

/** The broker's user id as it stands in an answer: text or a number. Null where there is none that can be relied on. */
export const toBrokerUserId = (value: unknown): string | null => {
  if (typeof value === 'string') {
    const id = value.trim();
    return id === '' || MASKED.test(id) ? null : id;
  }
  // JSON with more digits than a number holds has been rounded: that would be somebody else's id.
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
};

/** The same user, in capitals or not. */
export const isSameUser = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase();
