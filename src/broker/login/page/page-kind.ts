import { type FailureCode, failureOfBrokerCode, isPassingCode } from '../../../domain/run/failure.ts';
import { findDismissal } from './dismissal.ts';
import { obstacleTo } from './own-step.ts';
import type { ButtonReading, FieldReading } from './page-parts.ts';
import { FIELD_NAMES, type FieldName, type PageReading } from './page-reading.ts';
import { quote } from './quote.ts';
import { noticeSaid, refusalSaid } from './refusal-words.ts';
import { waitSaid } from './wait-said.ts';

/** A failure that can be read off the page or off an answer. */
export interface SeenFailure {
  readonly kind: 'FAILURE';
  readonly code: FailureCode;
  readonly message: string;
  /** The broker gave a code that is not known here. */
  readonly isUnknownCode?: true;
  /** It is told by the status of an answer alone. */
  readonly isStatus?: true;
  /** The account rests after it, for so long at least. */
  readonly restMs?: number;
}

/** Which page is shown. `UNKNOWN` may still turn into one of the others while it loads. */
export type PageKind =
  | { readonly kind: 'FIELD'; readonly field: FieldName }
  | { readonly kind: 'DISMISSAL'; readonly button: ButtonReading }
  | SeenFailure
  | { readonly kind: 'UNKNOWN' };

/** The field whose value left last, and what has appeared on the page since. */
export interface Awaited {
  readonly field: FieldName;
  /** Lines that were not there when it left. */
  readonly news: string;
  /** Toasts and boxes among them. */
  readonly alerts: string;
}

/** The broker's own code in a toast, `message [1017069]`, or in an error envelope shown as text. */
const BROKER_CODES = /\[(1017\d{3}|4000001)\]|\b(UDAPI\d+)\b/g;

/** Instructions to prove that one is a person; what only speaks of such checks is no check. */
const CAPTCHA_TEXT =
  /^\W*(?:please )?(?:(?:verify|confirm|prove)(?:ing)?,? (?:that )?you(?:['’]re| are) (?:a |not a )?(?:human|robot)|checking (?:your|if the site|the security of)|i(?:['’]| a)?m (?:not a (?:ro)?bot|human)|one more step:? verify\b|(?:to continue|to proceed),? (?:please )?(?:press (?:and|&) hold|slide|drag|solve|verify (?:that )?you)|slide (?:right|left|the)\b|rotate the (?:image|picture|object)|(?:enter|type|solve|complete) the (?:\w+ )?(?:characters|captcha|letters|challenge|puzzle|text in the)|press (?:and|&) hold|are you (?:a )?(?:human|robot)|(?:slide|drag|swipe)\b.{0,30}\b(?:to (?:verify|fit|complete|solve|prove)|into place)|(?:select|tick|click|pick|choose) all (?:the )?(?:pictures|images|squares)|let us confirm you are human)|\banti-?robot\b|\bi(?:['’]| a)m not a (?:ro)?bot\b|रोबोट/im;
/** The edge's own waiting page; other pages say the like while they load. */
const EDGE_WAITS = /^\W*just a moment\W*$/im;
const OF_EDGE =
  /\b(?:cloudflare|ray id|review the security|security of your connection|enable javascript and cookies)\b/i;

/** What to do about a page. `submitted`: what was entered already. Nothing is typed beside a CAPTCHA or a refusal. */
export const classifyPage = (
  reading: PageReading,
  submitted: ReadonlySet<FieldName>,
  awaited: Awaited | null = null,
): PageKind => {
  const isChecked = EDGE_WAITS.test(reading.text) && OF_EDGE.test(reading.text);
  const isAsked = [reading.text, reading.frames, ...reading.checkboxes].some((text) =>
    CAPTCHA_TEXT.test(text),
  );
  if (reading.captcha || isChecked || isAsked) return CAPTCHA;
  const next = nextField(reading, submitted);
  const refusal = awaited === null ? null : refusalIn(awaited, reading, next !== undefined);
  if (refusal !== null) return refusal;
  // A page without any step of the login is what the broker has to say instead of it.
  const isNotice = FIELD_NAMES.every((name) => reading.fields[name] === undefined);
  const coded = isNotice ? failureInCodes(reading.text) : null;
  if (coded !== null) return coded;
  const dismissal = isNotice || reading.dialog !== null ? findDismissal(reading) : null;
  if (dismissal !== null) return { kind: 'DISMISSAL', button: dismissal };
  if (next === undefined || reading.dialog !== null) return { kind: 'UNKNOWN' };
  const [field, shown] = next;
  return obstacleTo(field, shown, reading) === null ? { kind: 'FIELD', field } : { kind: 'UNKNOWN' };
};

/** The first field that takes something and was not filled yet. */
export const nextField = (
  { fields }: PageReading,
  submitted: ReadonlySet<FieldName>,
): readonly [FieldName, FieldReading] | undefined => {
  for (const name of FIELD_NAMES) {
    const shown = fields[name];
    if (shown?.enabled === true && !submitted.has(name)) return [name, shown];
  }
  return undefined;
};

/**
 * The refusal of the value that left last. A page that has moved on to the next step refuses nothing in words, and one
 * that shows neither may still be on its way to it.
 */
const refusalIn = (awaited: Awaited, reading: PageReading, hasMovedOn: boolean): SeenFailure | null => {
  const text = hasMovedOn ? awaited.alerts : awaited.news;
  const coded = failureInCodes(text);
  if (coded !== null && awaited.field === 'MOBILE') return otpRequestRefused(text);
  if (coded !== null) return isOfCredentials(text) ? { ...coded, code: 'CREDENTIALS_REJECTED' } : coded;
  if (hasMovedOn) return null;
  const stands = reading.fields[awaited.field] !== undefined;
  return refusalInText(awaited.field, stands ? awaited.news : awaited.alerts);
};

export const CAPTCHA: SeenFailure = {
  kind: 'FAILURE',
  code: 'CAPTCHA',
  message: 'The broker shows a CAPTCHA.',
};

const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(BROKER_CODES)].map(([, toast, envelope]) => toast ?? envelope ?? '');

/** “Invalid credentials”: those of the app at the exchange, and those that were typed in answer to an OTP or a PIN. */
export const isOfCredentials = (text: string): boolean => codesIn(text).includes('UDAPI100016');

/** Only the page's own next try answers to such a code. */
export const isPassing = (text: string): boolean => codesIn(text).some(isPassingCode);

/** The ten minutes that the broker's own codes of throttling mean, for which VEGA_COOLDOWN_SECONDS is set. */
const KNOWN_REST_MS = 600_000;

/** The failure that the broker's codes in a text tell of; null when there are none. */
export const failureInCodes = (text: string): SeenFailure | null => {
  const code = codesIn(text).find((each) => !isPassingCode(each));
  if (code === undefined) return null;
  const known = failureOfBrokerCode(code);
  if (known !== undefined) {
    const failure = resting({ code: known, message: `The broker answered ${code}.` }, text);
    const isUsual = failure.restMs !== undefined && failure.restMs <= KNOWN_REST_MS;
    return isUsual ? { ...failure, restMs: 0 } : failure;
  }
  const message = `The broker answered ${code}, which is not known here.`;
  return { kind: 'FAILURE', code: 'PAGE_CHANGED', message, isUnknownCode: true };
};

/**
 * A refused OTP request: by words first, for the broker's code 1017016 stands for many a mistake. Whatever the reason,
 * the account rests. Null where the page will try again by itself.
 */
export const otpRequestRefused = (words: string): SeenFailure | null => {
  const coded = failureInCodes(words);
  if (coded?.code === 'THROTTLED') return coded;
  const said = refusalInText('MOBILE', words);
  if (said !== null) return waitingFor(said, words);
  if (coded === null && isPassing(words)) return null;
  const isKnown = coded !== null && coded.isUnknownCode !== true;
  if (isKnown && coded.code !== 'CREDENTIALS_REJECTED') return coded;
  const message = `The broker refused the OTP request: “${quote(words)}”.`;
  return { kind: 'FAILURE', code: 'ACTION_REQUIRED', message, restMs: waitSaid(words, new Date()) };
};

/** With the time that the words name, whatever the failure. */
const waitingFor = (failure: SeenFailure, words: string): SeenFailure => {
  const restMs = Math.max(failure.restMs ?? 0, waitSaid(words, new Date()));
  return restMs === 0 ? failure : { ...failure, restMs };
};

/** The failure that the text of an answer to `field` tells of in words; null when it tells of none. */
export const refusalInText = (field: FieldName, text: string): SeenFailure | null => {
  const said = refusalSaid(field, text);
  return said === null ? null : resting(said, text);
};

/** The failure that a page which is no step of the login tells of in words; null when it tells of none. */
export const noticeInText = (text: string): SeenFailure | null => {
  const said = noticeSaid(text);
  return said === null ? null : resting(said, text);
};

export const resting = (
  { code, message, isStatus }: Pick<SeenFailure, 'code' | 'message' | 'isStatus'>,
  text: string,
): SeenFailure => {
  const status = isStatus === undefined ? {} : { isStatus };
  if (code !== 'THROTTLED' && code !== 'MAINTENANCE') return { kind: 'FAILURE', code, message, ...status };
  const restMs = waitSaid(text, new Date());
  const named = restMs === 0 ? '' : ` It names a wait of ${Math.ceil(restMs / 60_000)} min.`;
  return { kind: 'FAILURE', code, message: `${message}${named}`, restMs, ...status };
};

/** The failure that the status of an answer tells of; null when it tells of none. */
export const failureInStatus = (status: number): SeenFailure | null => {
  if (status < 500 && status !== 403 && status !== 429) return null;
  const code = status === 429 ? 'THROTTLED' : 'BROKER_UNREACHABLE';
  return { kind: 'FAILURE', code, message: `The broker answered ${status}.`, isStatus: true };
};
