import { dayKey } from './calendar-facts.ts';
import type { StatedDay } from './statement.ts';

/** One statement of each day and exchange: a list may name a day twice. */
export const mergedDays = (days: readonly StatedDay[]): readonly StatedDay[] => {
  const merged = new Map<string, StatedDay>();
  for (const day of days) {
    const key = dayKey(day.date, day.exchange);
    const before = merged.get(key);
    merged.set(key, before === undefined ? day : mergedDay(before, day));
  }
  return [...merged.values()];
};

const mergedDay = (one: StatedDay, other: StatedDay): StatedDay => {
  if (other.says === 'ORDINARY' || isAlike(one, other)) return one;
  if (one.says === 'ORDINARY') return other;
  return { ...one, says: 'CONTRADICTORY', opensAt: null, closesAt: null };
};

const isAlike = (one: StatedDay, other: StatedDay): boolean =>
  one.says === other.says &&
  one.opensAt?.getTime() === other.opensAt?.getTime() &&
  one.closesAt?.getTime() === other.closesAt?.getTime();
