import type { FailureCode } from '../../../domain/run/failure.ts';
import type { FieldName } from './page-reading.ts';

export interface SaidRefusal {
  readonly code: FailureCode;
  readonly message: string;
}

type Row = readonly [RegExp, FailureCode, string];

const LIMIT: Row = [
  /exceed\w*\b.{0,30}\b(?:limit|maximum|number|attempts)|\b(?:limit|quota)\b.{0,20}\b(?:exceeded|reached|over|crossed|exhausted)|too many (?:t?otps?|requests|attempts|tries)|maximum (?:number|attempts|limit)|(?:no|0|zero) (?:more )?attempts|attempts? (?:exhausted|over|used up)|\b(?:re)?try (?:again )?(?:after|in) (?:an?\b|\d|some ?time|a while|(?:two|three|four|five|ten|fifteen|twenty|thirty|forty|sixty|half)\b)|\b(?:come|check) back (?:after|in) (?:an?\b|\d)|\bwait\b.{0,20}\b(?:minutes?|mins?|hours?|hrs?)\b|\bwait\b.{0,20}\bsec(?:ond)?s?\b.{0,40}\b(?:before|again|retry\w*|another|new)\b|\b(?:blocked|disabled|locked|restricted|barred)\b.{0,30}\bfor (?:the next )?\d+|\brate limit|\bslow down\b|\bthrottl\w+/i,
  'THROTTLED',
  'The broker accepts no more OTP requests for a while.',
];

/** Of a wrong secret, and not of haste: the like of it after the wait would be one wrong attempt more. */
const LIMIT_OF_SECRET: Row = [
  new RegExp(
    `\\b(?:m?pin|pass ?word|pass ?code|credentials?)\\b.{0,80}(?:${LIMIT[0].source})|(?:${LIMIT[0].source}).{0,40}\\b(?:m?pin|pass ?word|credentials?)\\b`,
    'i',
  ),
  'CREDENTIALS_REJECTED',
  'The broker limits wrong attempts.',
];
/** It names no reason: a person looks before anything is typed again. */
const FAILED: Row = [
  /\b(?:login|sign[ -]?in|authentication|verification) (?:has |was |is )?(?:failed|unsuccessful|not successful|denied)\b/i,
  'ACTION_REQUIRED',
  'The broker says that the login failed, and not why.',
];

const ATTEMPTS: Row = [
  /\b(?:attempts?|tries|chances?) (?:are |is )?(?:left|remaining)/i,
  'CREDENTIALS_REJECTED',
  'The broker is counting wrong attempts.',
];
const WRONG: Row = [
  /\b(?:incorrect|invalid|wrong|not correct|not valid|mismatch\w*)\b(?!.{0,20}\b(?:client|country|state|promo|referral|error) code).{0,40}\b(?:t?otp|m?pin|code|password)\b|\b(?:m?pin|password)\b.{0,40}\b(?:does ?n[o'’]t|did ?n[o'’]t) (?:seem|look) (?:right|correct)\b|\b(?:t?otp|m?pin|code|password)\b.{0,40}\b(?:incorrect|invalid|wrong|mismatch\w*|not (?:correct|valid|match)|did not match|does ?n[o']t match)\b/i,
  'CREDENTIALS_REJECTED',
  'The broker rejected what was entered.',
];
/** A code of a time step that is over was right once. */
const EXPIRED: Row = [
  /\b(?:t?otp|code)\b.{0,20}\b(?:has |is |was )?(?:been )?(?:expired|timed out|no longer valid)\b|\bexpired (?:t?otp|code)\b/i,
  'ACTION_REQUIRED',
  'The broker says that the code has expired: compare the clock of this machine.',
];
const LOCKED: Row = [
  /\b(?:account|profile|user|login)\b.{0,20}\b(?:is|was|has been)(?: now| temporarily| currently| permanently)? (?:locked|blocked|suspended|disabled|frozen)\b(?! (?:after|if|when|once|unless))|\b(?:have|has|had to) (?:temporarily )?(?:lock|block|suspend|disabl|froz|restrict)\w* (?:your|this|the) (?:upstox )?(?:account|profile|user|login|access)\b|\byou (?:are|have been)(?: now| temporarily)? (?:locked out|blocked|suspended)\b|^\W*(?:account|profile|user|login) (?:locked|blocked|suspended|frozen)\b(?! (?:after|if|when|once|unless|from))|\bm?pin (?:is |was |has been )?(?:now |temporarily )?(?:locked|blocked|disabled)\b(?! (?:after|if|when|once|unless))|\bunlock (?:your )?account\b/i,
  'CREDENTIALS_REJECTED',
  'The broker has locked the account.',
];
const UNKNOWN_MOBILE: Row = [
  /\b(?:number|mobile|phone|user|account|client|customer)\b(?! (?:session|service|token|device))(?:(?!\b(?:session|service|token|template|device|resource|browser|app|version)\b).){0,30}\bnot\b.{0,20}\b(?:linked|registered|associated|mapped|found|recogni[sz]ed|exist\w*)\b|\b(?:it|this) (?:is|was) not (?:linked|registered|associated)\b|^\W*not (?:linked|registered)\b|\b(?:no|without)\b.{0,20}\b(?:account|user|client|customer)s?\b(?!.{0,20}\b(?:device|session)\b)|\bunregistered\b|\b(?:does|do|did)(?: not|n['’]t) (?:have an account|match any)|\binvalid\b.{0,20}\b(?:mobile|phone|number)\b|\b(?:mobile|phone) (?:number )?(?:is |was )?(?:invalid|wrong|incorrect)\b|number was entered correctly|couldn['’]t find\b.{0,30}\b(?:account|user|customer|number)\b/i,
  'MOBILE_REJECTED',
  'The broker knows no account with this mobile number.',
];
const MAINTENANCE: Row = [
  /\b(?:under|undergoing|scheduled|planned|for|system|in) (?:\w+ )?maintenance\b|\bmaintenance (?:mode|window|activity|break|is (?:under way|going on|in progress))\b|\bwe(?:['’]ll| will| shall) be (?:right )?back\b|\bbe back (?:at|by|soon|shortly|in)\b|\b(?:services?|login|site|upstox) (?:is|are) (?:temporarily |currently )*(?:unavailable|down|closed|disabled between)\b|\bwe(?:['’]re| are) (?:upgrading|updating|improving) (?:our|the) (?:systems?|platform|site|servers?|services?)\b/i,
  'MAINTENANCE',
  'The broker is closed for maintenance.',
];
const EDGE: Row = [
  /error 10(?:09|1\d|20)\b|access denied|being rate limited|error 5\d\d\b|\b50[0-4] (?:internal|bad|service|gateway)\b|^\W*(?:503 )?service (?:temporarily )?unavailable\W*$|\byou have been blocked\b(?=.*\bray id\b)/i,
  'BROKER_UNREACHABLE',
  "The broker's edge refused the request.",
];

/**
 * The broker could not look at what was sent, or not go on with the login for a reason of its own: nothing is said of the
 * secret. Only of an answer: a page says the like whatever the answer was.
 */
const NOT_JUDGED: Row = [
  /\b(?:session|login|page|link)\b.{0,20}\b(?:has |have |is |was )?(?:been )?(?:expired|timed out|ended|invalidated|lost)\b|\b(?:something|it) went wrong\b|\btechnical (?:error|issue|difficult\w*|problem|glitch)\b|\b(?:internal|unexpected|unknown) (?:server )?error\b|\b(?:unable|not able|could not|cannot|can['’]t) (?:to )?(?:be )?(?:process|complet|connect|serve)\w*\b|\b(?:unable|could not|cannot|can['’]t) (?:to )?(?:be )?verif\w*\b.{0,40}\b(?:right now|at (?:the|this) moment|try again later)\b|\btemporarily unavailable\b|\bservice unavailable\b|\b(?:request|gateway|connection|upstream) (?:has )?(?:timed? ?out|connect error)\b|\bservers? (?:is|are) (?:currently |too |very )?busy\b|\bhigh (?:traffic|load)\b|\bnetwork (?:error|issue|problem|failure)\b|\bconnection (?:error|lost|reset|failed)\b|\b(?:session|request|csrf|login) token\b.{0,20}\b(?:expired|invalid|missing)\b|\b(?:invalid|expired) session\b|\bip (?:address )?(?:is )?not (?:allowed|white-?listed)\b|\bblocked from this ip\b|\b(?:operation|request) timed out\b|\bno route matched\b|\bmethod not allowed\b|\bcsrf\b/i,
  'BROKER_UNREACHABLE',
  'The broker did not go on with the login, for a reason that says nothing of what was entered.',
];

/** What an answer to each field can say in words. Sources: the login page's bundle, help pages, public screenshots and programs. */
const ROWS: Readonly<Record<FieldName, readonly Row[]>> = {
  MOBILE: [MAINTENANCE, LOCKED, LIMIT, UNKNOWN_MOBILE, EDGE],
  OTP: [EXPIRED, ATTEMPTS, WRONG, LOCKED, LIMIT, MAINTENANCE, EDGE],
  PIN: [ATTEMPTS, WRONG, LOCKED, LIMIT_OF_SECRET, FAILED, LIMIT, MAINTENANCE, EDGE],
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

/** Whether a line says that the account is locked. */
export const saysLocked = (line: string): boolean => find(line, [LOCKED]) !== null;

/** What an answer says that has judged nothing; null where it says nothing of the kind. */
export const notJudgedSaid = (text: string): SaidRefusal | null => find(text, [NOT_JUDGED]);

/** What a page without any step of the login says; null where it says nothing that is known. */
export const noticeSaid = (text: string): SaidRefusal | null => find(text, NOTICES);
