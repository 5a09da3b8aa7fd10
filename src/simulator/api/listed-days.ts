import { type HolidayRow, openOn } from './holiday-row.ts';

const EQUITY = ['NSE', 'NFO', 'CDS', 'BSE', 'BFO', 'BCD'];
const ALL = [...EQUITY, 'MCX'];

/** Days on which equity is closed: with an evening session of MCX, or without. */
const EVENING = [
  ['2026-01-15', 'Municipal Corporation Election'],
  ['2026-03-03', 'Holi'],
  ['2026-03-26', 'Shri Ram Navami'],
  ['2026-03-31', 'Shri Mahavir Jayanti'],
  ['2026-04-14', 'Dr. Baba Saheb Ambedkar Jayanti'],
  ['2026-05-01', 'Maharashtra Day'],
  ['2026-05-28', 'Bakri Id'],
  ['2026-06-26', 'Moharram'],
  ['2026-09-14', 'Ganesh Chaturthi'],
  ['2026-10-20', 'Dussehra'],
  ['2026-11-10', 'Diwali Balipratipada'],
  ['2026-11-24', 'Guru Nanak Jayanti'],
] as const;

const WHOLE = [
  ['01-26', 'Republic Day'],
  ['10-02', 'Mahatma Gandhi Jayanti'],
  ['12-25', 'Christmas'],
] as const;

const closed = (date: string, description: string): HolidayRow => ({
  ...{ date, description, holiday_type: 'TRADING_HOLIDAY' },
  closed_exchanges: ALL,
  open_exchanges: [],
});

const evening = ([date, description]: readonly [string, string]): HolidayRow => ({
  ...{ date, description, holiday_type: 'TRADING_HOLIDAY' },
  closed_exchanges: EQUITY,
  open_exchanges: [openOn(date, 'MCX', '17:00', '23:30')],
});

const special = (date: string, description: string, hours: readonly [string, string], mcx: string) => ({
  ...{ date, description, holiday_type: 'SPECIAL_TIMING' as const },
  closed_exchanges: [],
  open_exchanges: [
    ...EQUITY.map((exchange) => openOn(date, exchange, ...hours)),
    openOn(date, 'MCX', hours[0] === '09:15' ? '09:00' : hours[0], mcx),
  ],
});

const settlement = (date: string, description: string): HolidayRow => ({
  ...{ date, description, holiday_type: 'SETTLEMENT_HOLIDAY' },
  closed_exchanges: [],
  open_exchanges: [],
});

/** What the simulated broker's list holds of a year; of another one than 2026 the holidays that are on fixed days. */
export const listedDays = (year: string): readonly HolidayRow[] => {
  const whole = WHOLE.map(([day, description]) => closed(`${year}-${day}`, description));
  if (year !== '2026') return whole;
  return [
    {
      ...{ date: '2026-01-01', description: 'New Year Day', holiday_type: 'SPECIAL_TIMING' },
      closed_exchanges: [],
      open_exchanges: [openOn('2026-01-01', 'MCX', '09:00', '17:00')],
    },
    special('2026-02-01', 'Union Budget', ['09:15', '15:30'], '17:00'),
    settlement('2026-02-19', 'Chhatrapati Shivaji Maharaj Jayanti'),
    settlement('2026-04-01', 'Annual bank closing'),
    ...EVENING.map(evening),
    closed('2026-04-03', 'Good Friday'),
    // The hours are made up: the simulated broker knows them, as the real one does shortly before.
    special('2026-11-08', 'Diwali Laxmi Pujan (Muhurat trading)', ['18:00', '19:00'], '23:55'),
    ...whole,
  ];
};
