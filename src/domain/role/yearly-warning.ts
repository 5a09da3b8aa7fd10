const DAY_MS = 86_400_000;

/** So many days before the end of a yearly token it is warned of, the nearest first. */
const WARNINGS = [1, 7, 30] as const;

/** Which warning is due; null while the end is far, and once it is over. */
export const warningOf = (expiresAt: Date, now: Date): (typeof WARNINGS)[number] | null => {
  const left = expiresAt.getTime() - now.getTime();
  if (left <= 0) return null;
  return WARNINGS.find((days) => left <= days * DAY_MS) ?? null;
};
