/** Longer than anything that the broker is known to ask for: what is read as more is misread. */
export const LONGEST_WAIT_MS = 7 * 86_400_000;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR;
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms\b|milli)/i, 1],
  [/^s/i, SECOND],
  [/^mo/i, 30 * DAY_MS],
  [/^m/i, MINUTE],
  [/^h/i, HOUR],
  [/^d/i, DAY_MS],
  [/^w/i, 7 * DAY_MS],
];
const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
/** A number as it is written: in digits, with commas, with a fraction, or as a word; “a few” is taken for three. */
const NUMBER = [
  '\\d[\\d,]*(?:\\.\\d+)?\\s?[½¼¾]?',
  '[½¼¾]',
  `(?:${TENS.join('|')})(?:[\\s-](?:${ONES.slice(1, 10).join('|')}))?`,
  ONES.slice(1).reverse().join('|'),
  'a couple(?: of)?|a few|few|several|half an?|half|an?',
].join('|');
const UNIT = 'milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|months?';
const AMOUNT = new RegExp(`(?<![\\w.:])(${NUMBER})[\\s-]*(${UNIT})\\b\\.?( and a half\\b)?`, 'gi');
/** Between the parts of one duration: `1 hour and 30 minutes`, `1h, 30m`. */
const JOINT = /^(?:\s|,|and\b|&)*$/i;
/** A clock that runs down: `29:59`, `01:30:00`. */
const COUNTDOWN =
  /\b(?:in|after|for|wait)\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?!\s?[ap]\.?m|:|\d)(?! ?(?:hrs|hours|IST))/gi;
/** Until when, as a wall time: `until 6:30 AM`, `back by 07:00`, `after 6 PM`. */
const CLOCK =
  /\b(?:until|till|by|at|after|before|to|from)\s+(?:(?:\d{1,4}[-/. ]\w{2,9}[-/. ]\d{2,4}|\w{3,9} \d{1,2}(?:, \d{4})?),?\s*(?:at\s+)?)?(?:(\d{1,2})[:.](\d{2})(?::\d{2})?\s*([ap])?\.?\s?(?:m\b)?|(\d{1,2})\s*([ap])\.?\s?m\b)(?:\.?\s*(UTC|GMT))?/gi;
/** A day, as India writes it or as machines do, with its time where it has one. */
const ISO = /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?/g;
const DATE =
  /\b(\d{1,2})(?:st|nd|rd|th)?[-/. ]([a-z]{3,9}|\d{1,2}),?[-/. ](\d{4})(?:,?\s+(?:at\s+)?(\d{1,2})[:.](\d{2})\s*([ap])?)?/gi;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const IST_OFFSET_MS = 5.5 * HOUR;

/** How long from `now` a text says that one has to wait; 0 where it names no time. The longest one counts, up to a week. */
export const waitSaid = (text: string, now: Date): number => {
  const sinceMidnight = (now.getTime() + IST_OFFSET_MS) % DAY_MS;
  const untilMidnight = DAY_MS - sinceMidnight;
  const dayEnds =
    /\b(?:tomorrow|midnight|next (?:trading |business |working )?day|rest of the day|end of (?:the )?day)\b/i;
  const longest = Math.max(
    0,
    ...durationsIn(text),
    ...countdownsIn(text),
    ...clocksIn(text, sinceMidnight),
    ...daysIn(text, now),
    dayEnds.test(text) ? untilMidnight : 0,
  );
  return Math.min(longest, LONGEST_WAIT_MS);
};

const durationsIn = (text: string): readonly number[] => {
  const found: number[] = [];
  let endedAt = -1;
  for (const match of text.matchAll(AMOUNT)) {
    const [whole, count = '', unit = '', half] = match;
    const [, factor] = UNITS.find(([pattern]) => pattern.test(unit)) ?? [null, 0];
    const length = (numberOf(count) + (half === undefined ? 0 : 0.5)) * factor;
    const isPart = endedAt >= 0 && JOINT.test(text.slice(endedAt, match.index));
    found.push(isPart ? (found.pop() ?? 0) + length : length);
    endedAt = match.index + whole.length;
  }
  return found;
};

const FRACTIONS: Readonly<Record<string, number>> = { '½': 0.5, '¼': 0.25, '¾': 0.75 };

const numberOf = (written: string): number => {
  const plain = written.toLowerCase().trim();
  const fraction = FRACTIONS[plain.slice(-1)] ?? 0;
  const digits = plain.replace(/[½¼¾,\s]/g, '');
  if (/^\d/.test(digits)) return Number(digits) + fraction;
  if (fraction > 0) return fraction;
  if (/^half/.test(plain)) return 0.5;
  if (/couple/.test(plain)) return 2;
  if (/few|several/.test(plain)) return 3;
  const [first = '', second = ''] = plain.split(/[\s-]/);
  const tens = TENS.indexOf(first);
  if (tens >= 0) return (tens + 2) * 10 + Math.max(0, ONES.indexOf(second));
  return Math.max(1, ONES.indexOf(plain));
};

const countdownsIn = (text: string): readonly number[] =>
  [...text.matchAll(COUNTDOWN)].map(([, first, second, third]) =>
    third === undefined
      ? Number(first) * MINUTE + Number(second) * SECOND
      : Number(first) * HOUR + Number(second) * MINUTE + Number(third) * SECOND,
  );

const clocksIn = (text: string, sinceMidnight: number): readonly number[] =>
  [...text.matchAll(CLOCK)].map(([, long, minutes = '0', longHalf, short, shortHalf, zone]) => {
    const at = wallTime(long ?? short ?? '0', minutes, longHalf ?? shortHalf);
    const inIndia = zone === undefined ? at : at + IST_OFFSET_MS;
    return (((inIndia - sinceMidnight) % DAY_MS) + DAY_MS) % DAY_MS;
  });

const wallTime = (hours: string, minutes: string, half: string | undefined): number => {
  const afternoon = half === undefined ? 0 : (/p/i.test(half) ? 12 : 0) - (hours === '12' ? 12 : 0);
  return ((Number(hours) + afternoon) * 60 + Number(minutes)) * MINUTE;
};

const daysIn = (text: string, now: Date): readonly number[] => {
  const iso = [...text.matchAll(ISO)].map(([at]) => {
    const isZoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(at.slice(10));
    const read = Date.parse(
      isZoned ? at : `${at.length === 10 ? `${at}T00:00` : at.replace(' ', 'T')}+05:30`,
    );
    return read - now.getTime();
  });
  const written = [...text.matchAll(DATE)].map(
    ([, day, month = '', year, hours = '0', minutes = '0', half]) => {
      const named = MONTHS.indexOf(month.slice(0, 3).toLowerCase());
      const start = Date.UTC(Number(year), named >= 0 ? named : Number(month) - 1, Number(day));
      return start + wallTime(hours, minutes, half) - IST_OFFSET_MS - now.getTime();
    },
  );
  return [...iso, ...written].filter((wait) => wait > 0);
};
