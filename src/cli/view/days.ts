import type { ScheduleQuery, TradingCalendarQuery } from '../../sdk/index.ts';
import { OUTCOME_WORDS, SESSION_WORDS } from '../../sdk/words.ts';
import { type Look, line, wrap } from './look.ts';
import { renderTable } from './table.ts';
import { inIst, istClock } from './times.ts';

type Session = TradingCalendarQuery['tradingCalendar'][number];
type Schedule = NonNullable<ScheduleQuery['schedule']>;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const weekdayOf = (date: string): string => WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? '';

const clock = (instant: string | null): string => (instant === null ? '-' : istClock(instant));

export const renderCalendar = (sessions: readonly Session[], look: Look): readonly string[] =>
  renderTable(
    [
      { title: 'DATE' },
      { title: 'DAY', dispensable: 3 },
      { title: 'EXCHANGE' },
      { title: 'KIND' },
      { title: 'OPENS', dispensable: 1 },
      { title: 'CLOSES (IST)', dispensable: 2 },
      { title: 'SOURCE', dispensable: 4 },
      { title: 'DESCRIPTION', dispensable: 5 },
    ],
    sessions.map(({ date, exchange, kind, opensAt, closesAt, source, description }) => [
      date,
      weekdayOf(date),
      exchange,
      { text: kind, tone: SESSION_WORDS[kind].tone },
      clock(opensAt),
      clock(closesAt),
      source,
      description ?? '',
    ]),
    look,
  );

export const renderSchedule = (schedule: Schedule | null, look: Look): readonly string[] => {
  if (schedule === null)
    return wrap(
      'No schedule: nothing starts by itself. `vega-auth schedule set` makes the tokens at 06:00 IST on every trading day, while `vega-auth serve` runs.',
      look,
    );
  const { enabled, nextOccurrence, lastOccurrence: last } = schedule;
  return [
    line(
      [
        { text: enabled ? 'on' : 'off', tone: enabled ? 'good' : 'calm' },
        `  ${startOf(schedule)}, ${schedule.days}, ${schedule.exchanges.join(' ')}, made up for until ${schedule.catchUpUntil} IST`,
      ],
      look,
    ),
    line([`next  ${nextOccurrence === null ? '-' : `${inIst(nextOccurrence)} IST`}`], look),
    ...(last === null
      ? []
      : [
          line(
            [
              `last  ${last.date} `,
              { text: OUTCOME_WORDS[last.outcome].word, tone: OUTCOME_WORDS[last.outcome].tone },
              ` at ${inIst(last.at)} IST${last.runId === null ? '' : `, run ${last.runId}`}`,
            ],
            look,
          ),
        ]),
    ...(last?.reason == null ? [] : wrap(last.reason, look, '      ')),
  ];
};

const startOf = ({ startAt, minutesBeforeBell, jitterSeconds }: Schedule): string => {
  const start = startAt === null ? `${minutesBeforeBell} min before the bell` : `${startAt} IST`;
  return jitterSeconds === 0 ? start : `${start} plus up to ${jitterSeconds} s`;
};
