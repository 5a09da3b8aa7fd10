import type { FailureCode } from '../../../domain/run/failure.ts';
import type { FieldName } from './page-reading.ts';

export interface SaidRefusal {
  readonly code: FailureCode;
  readonly message: string;
}

type Row = readonly [RegExp, FailureCode, string];

const LIMIT: Row = [
  /exceed\w*\b.{0,30}\b(?:limit|maximum|number|attempts)|\b(?:limit|quota)\b.{0,20}\b(?:exceeded|reached|over|crossed|exhausted)|too many (?:t?otps?|requests|attempts|tries)|maximum (?:number|attempts|limit)|(?:no|0|zero) (?:more )?attempts|attempts? (?:exhausted|over|used up)|\btry (?:again )?(?:after|in) (?:an?\b|\d|some ?time|a while)|\bwait\b.{0,20}\b(?:minutes?|mins?|hours?|seconds?)\b/i,
  'THROTTLED',
  'The broker accepts no more OTP requests for a while.',
];

const ATTEMPTS: Row = [
  /\b(?:attempts?|tries|chances?) (?:are |is )?(?:left|remaining)/i,
  'CREDENTIALS_REJECTED',
  'The broker is counting wrong attempts.',
];
const WRONG: Row = [
  /\b(?:incorrect|invalid|wrong|not correct|not valid|mismatch\w*)\b.{0,40}\b(?:t?otp|m?pin|code|password)\b|\b(?:t?otp|m?pin|code|password)\b.{0,40}\b(?:incorrect|invalid|wrong|mismatch\w*|not (?:correct|valid|match)|did not match|does ?n[o']t match)\b/i,
  'CREDENTIALS_REJECTED',
  'The broker rejected what was entered.',
];
const LOCKED: Row = [
  /\b(?:account|profile|user|login)\b.{0,20}\b(?:is|was|has been)(?: now| temporarily| currently| permanently)? (?:locked|blocked|suspended|disabled|frozen)\b(?! (?:after|if|when|once|unless))|\bunlock (?:your )?account\b/i,
  'CREDENTIALS_REJECTED',
  'The broker has locked the account.',
];
const UNKNOWN_MOBILE: Row = [
  /\bnot\b.{0,20}\b(?:linked|registered|associated|mapped|found|recogni[sz]ed|exist\w*)\b|\b(?:no|without)\b.{0,20}\b(?:account|user|client|customer)s?\b|\bunregistered\b|\b(?:does|do|did)(?: not|n['’]t) (?:exist|have an account|match any)|\binvalid\b.{0,20}\b(?:mobile|phone|number)\b|\b(?:mobile|phone) (?:number )?(?:is |was )?(?:invalid|wrong|incorrect)\b|number was entered correctly|couldn['’]t find/i,
  'MOBILE_REJECTED',
  'The broker knows no account with this mobile number.',
];
const MAINTENANCE: Row = [
  /\b(?:under|undergoing|scheduled|planned|for|system|in) (?:\w+ )?maintenance\b|\bmaintenance (?:mode|window|activity|break|is (?:under way|going on|in progress))\b|\bwe(?:['’]ll| will| shall) be (?:right )?back\b|\bbe back (?:at|by|soon|shortly|in)\b|\b(?:services?|login|site|upstox) (?:is|are) (?:temporarily )?(?:unavailable|down|closed)\b/i,
  'MAINTENANCE',
  'The broker is closed for maintenance.',
];
const EDGE: Row = [
  /error 10(?:09|1\d|20)\b|access denied|being rate limited|error 5\d\d\b|\b50[0-4] (?:internal|bad|service|gateway)\b/i,
  'BROKER_UNREACHABLE',
  "The broker's edge refused the request.",
];

/** What an answer to each field can say in words. Sources: the login page's bundle, help pages, public screenshots and programs. */
const ROWS: Readonly<Record<FieldName, readonly Row[]>> = {
  MOBILE: [MAINTENANCE, LOCKED, LIMIT, UNKNOWN_MOBILE, EDGE],
  OTP: [ATTEMPTS, WRONG, LOCKED, LIMIT, MAINTENANCE, EDGE],
  PIN: [ATTEMPTS, WRONG, LOCKED, LIMIT, MAINTENANCE, EDGE],
};

/** A notice instead of a page, before anything was entered. An account that is said to be locked is the owner's affair. */
const NOTICES: readonly Row[] = [MAINTENANCE, LIMIT, EDGE];

/** Help and conditions tell what would be, not what has happened. */
const HELP = /\?\s*$|^\W*(?:if|in case|when|whenever|once|unless|until|after|never|having trouble)\b/i;

const find = (text: string, rows: readonly Row[]): SaidRefusal | null => {
  const lines = text.split('\n').filter((line) => !HELP.test(line.trim()));
  for (const [pattern, code, message] of rows)
    if (lines.some((line) => pattern.test(line))) return { code, message };
  return null;
};

/** What a text that came in answer to a field says; null where it refuses nothing in words that are known. */
export const refusalSaid = (field: FieldName, text: string): SaidRefusal | null => {
  const said = find(text, ROWS[field]);
  // Before a PIN or an OTP has left, a locked account was locked by somebody else.
  return said?.code === 'CREDENTIALS_REJECTED' && field === 'MOBILE'
    ? { code: 'ACTION_REQUIRED', message: 'The broker says that the account is locked.' }
    : said;
};

/** What a page without any step of the login says; null where it says nothing that is known. */
export const noticeSaid = (text: string): SaidRefusal | null => find(text, NOTICES);

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^s/i, 1000],
  [/^m/i, 60_000],
  [/^h/i, 3_600_000],
  [/^d/i, 86_400_000],
];
const NUMBERS: Readonly<Record<string, number>> = { a: 1, an: 1, one: 1, two: 2, three: 3, half: 0.5 };
const DURATION =
  /\b(\d+(?:\.\d+)?|an?|one|two|three|half)(?: an?)?[\s-]*(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?)\b/gi;
/** Until when, as a wall time of India: `until 6:30 AM`, `back by 07:00`. */
const CLOCK = /\b(?:until|till|by|at|after|before|to)\s+(\d{1,2})[:.](\d{2})\s*([ap])?\.?\s?(?:m\b)?/gi;
const IST_OFFSET_MS = 5.5 * 3_600_000;
const DAY_MS = 86_400_000;

/** How long from `now` a text says that one has to wait; 0 where it names no time. The longest one counts. */
export const waitSaid = (text: string, now: Date): number => {
  const durations = [...text.matchAll(DURATION)].map(([, count = '', unit = '']) => {
    const [, factor] = UNITS.find(([pattern]) => pattern.test(unit)) ?? [null, 0];
    return (NUMBERS[count.toLowerCase()] ?? Number(count)) * factor;
  });
  const sinceMidnight = (now.getTime() + IST_OFFSET_MS) % DAY_MS;
  const clocks = [...text.matchAll(CLOCK)].map(([, hours, minutes, half]) => {
    const afternoon = half === undefined ? 0 : (/p/i.test(half) ? 12 : 0) - (hours === '12' ? 12 : 0);
    const at = ((Number(hours) + afternoon) * 60 + Number(minutes)) * 60_000;
    return (at - sinceMidnight + DAY_MS) % DAY_MS;
  });
  const longest = Math.max(0, ...durations, ...clocks);
  return /\btomorrow\b/i.test(text) ? Math.max(longest, DAY_MS - sinceMidnight) : longest;
};
