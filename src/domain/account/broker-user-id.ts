/** The broker's user id as it stands in an answer: text or a number. Null where there is none that can be relied on. */
export const toBrokerUserId = (value: unknown): string | null => {
  if (typeof value === 'string') return value === '' ? null : value;
  // JSON with more digits than a number holds has been rounded: that would be somebody else's id.
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
};
