import { addDays, atIst, type IstDate } from '../calendar/ist-date.ts';

const MINUTE_MS = 60_000;

/** In the evening there is time to act; until then a look that could not be made is tried again. */
const EVENING = { from: '20:30', until: '22:30' } as const;
const MORNING = { beforeMs: 60 * MINUTE_MS, untilBeforeMs: 10 * MINUTE_MS } as const;

/** The scheduled look that is due: the evening before a start, or the hour before it. Its name is unique for each start. */
export const dueSlot = (
  { startAt, occurrenceDate }: { readonly startAt: Date; readonly occurrenceDate: IstDate },
  now: Date,
): string | null => {
  const before = addDays(occurrenceDate, -1);
  if (now >= atIst(before, EVENING.from) && now < atIst(before, EVENING.until))
    return `${occurrenceDate} evening`;
  const leftMs = startAt.getTime() - now.getTime();
  return leftMs <= MORNING.beforeMs && leftMs >= MORNING.untilBeforeMs ? `${occurrenceDate} start` : null;
};
