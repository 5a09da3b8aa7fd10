import { type Exchange, mcxCloses } from './exchange.ts';
import { atIst, type IstDate, yearOf } from './ist-date.ts';
import { type DayStatement, ORDINARY } from './statement.ts';

/** `HH:mm-HH:mm` in India; `open` where the hours are not known. */
type DayHours = string;

interface ShippedDay {
  readonly date: IstDate;
  readonly description: string;
  /** Where each exchange is open; one that is not named is closed. */
  readonly open: Readonly<Partial<Record<Exchange, DayHours>>>;
  /** From the list of sources. */
  readonly source: string;
}

/** The day on which the table was made. */
export const SHIPPED_ON: IstDate = '2026-11-28';

/**
 * Where the days are from, and the day of each publication. Dates, names and hours are facts of the exchanges.
 * - EQUITY: NSE circular CMTR71775 (12 December 2025); BSE has the same days.
 * - COMMODITY: NSE circular COM71784 (15 December 2025) and the list of MCX (December 2025): the evening session from
 *   17:00 is open on most holidays.
 * - ELECTION: notices of NSE, BSE and MCX of 12 January 2026.
 * - BUDGET: notices of NSE, BSE (16 January 2026) and MCX for Sunday, 1 February 2026.
 * The circular of 12 December 2025 leaves the hours of the muhurat session to a later notice. The exchanges publish the
 * list of 2027 in December 2026, so that no day of 2027 is here.
 */
const row = (
  source: string,
  date: IstDate,
  description: string,
  open: ShippedDay['open'] = {},
): ShippedDay => ({ source, date, description, open });

/** Equity is closed all day, commodities in the morning. */
const evening = (date: IstDate, description: string, source = 'EQUITY, COMMODITY'): ShippedDay =>
  row(source, date, description, { MCX: `17:00-${mcxCloses(date)}` });

const BOTH = 'EQUITY, COMMODITY';

const DAYS: readonly ShippedDay[] = [
  row('COMMODITY', '2026-01-01', 'New Year', {
    NSE: '09:15-15:30',
    BSE: '09:15-15:30',
    MCX: '09:00-17:00',
  }),
  evening('2026-01-15', 'Municipal elections in Maharashtra', 'ELECTION'),
  row(BOTH, '2026-01-26', 'Republic Day'),
  row('BUDGET', '2026-02-01', 'Union Budget', {
    NSE: '09:15-15:30',
    BSE: '09:15-15:30',
    MCX: '09:00-17:00',
  }),
  row(BOTH, '2026-02-15', 'Mahashivratri'),
  evening('2026-03-03', 'Holi'),
  row(BOTH, '2026-03-21', 'Id-ul-Fitr'),
  evening('2026-03-26', 'Shri Ram Navami'),
  evening('2026-03-31', 'Shri Mahavir Jayanti'),
  row(BOTH, '2026-04-03', 'Good Friday'),
  evening('2026-04-14', 'Dr. Baba Saheb Ambedkar Jayanti'),
  evening('2026-05-01', 'Maharashtra Day'),
  evening('2026-05-28', 'Bakri Id'),
  evening('2026-06-26', 'Muharram'),
  row(BOTH, '2026-08-15', 'Independence Day'),
  evening('2026-09-14', 'Ganesh Chaturthi'),
  row(BOTH, '2026-10-02', 'Mahatma Gandhi Jayanti'),
  evening('2026-10-20', 'Dussehra'),
  row(BOTH, '2026-11-08', 'Diwali Laxmi Pujan: muhurat trading', { NSE: 'open', BSE: 'open', MCX: 'open' }),
  evening('2026-11-10', 'Diwali Balipratipada'),
  evening('2026-11-24', 'Guru Nanak Jayanti'),
  row(BOTH, '2026-12-25', 'Christmas'),
];

const BY_DATE: ReadonlyMap<IstDate, ShippedDay> = new Map(DAYS.map((day) => [day.date, day]));

const SHIPPED_YEARS: readonly number[] = [2026];

/** What the shipped table says of a day; null for a year whose list it does not have. */
export const shippedStatement = (exchange: Exchange, date: IstDate): DayStatement | null => {
  if (!SHIPPED_YEARS.includes(yearOf(date))) return null;
  const day = BY_DATE.get(date);
  if (day === undefined) return ORDINARY;
  const { description } = day;
  const hours = day.open[exchange];
  if (hours === undefined) return { says: 'CLOSED', opensAt: null, closesAt: null, description };
  if (hours === 'open') return { says: 'OPEN', opensAt: null, closesAt: null, description };
  const [opens = '', closes = ''] = hours.split('-');
  return { says: 'OPEN', opensAt: atIst(date, opens), closesAt: atIst(date, closes), description };
};
