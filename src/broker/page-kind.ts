import { type FailureCode, failureOfBrokerCode, isPassingCode } from '../domain/failure.ts';
import { type ButtonReading, FIELD_NAMES, type FieldName, type PageReading } from './page-reading.ts';

/** A failure that can be read off the page or off an answer. */
export interface SeenFailure {
  readonly kind: 'FAILURE';
  readonly code: FailureCode;
  readonly message: string;
  /** The broker gave a code that is not known here. */
  readonly isUnknownCode?: true;
  /** It says of something that it is wrong: before anything was entered that is something else. */
  readonly isAboutInput?: true;
}

/** Which page is shown. `UNKNOWN` may still turn into one of the others while it loads. */
export type PageKind =
  | { readonly kind: 'FIELD'; readonly field: FieldName }
  | { readonly kind: 'CONSENT'; readonly button: ButtonReading }
  | SeenFailure
  | { readonly kind: 'UNKNOWN' };

/** The broker's own code in a toast, `message [1017069]`, or in an error envelope shown as text. */
const BROKER_CODES = /\[(1017\d{3}|4000001)\]|\b(UDAPI\d+)\b/g;

const WRONG_INPUT =
  /\b(incorrect|invalid|wrong)\b.{0,40}\b(t?otp|pin|code)\b|\b(t?otp|pin|code)\b.{0,40}\b(incorrect|invalid|wrong|did not match|does not match)\b/i;

/** Texts that stand without a code. Sources: the login page's bundle, help pages, public screenshots and programs. */
const TEXTS: readonly (readonly [RegExp, FailureCode, string])[] = [
  [
    /exceeded the maximum number of times|too many (otp|requests|attempts to generate)/i,
    'THROTTLED',
    'The broker accepts no more OTP requests for a while.',
  ],
  [/attempts? (left|remaining)/i, 'CREDENTIALS_REJECTED', 'The broker is counting wrong attempts.'],
  [WRONG_INPUT, 'CREDENTIALS_REJECTED', 'The broker rejected what was entered.'],
  [
    /(?<!\b(?:if|once|when|whenever|unless|until|after|case) (?:your |the |an )?)\baccount (is|was|has been)( temporarily| currently)? (locked|blocked|suspended|disabled)/i,
    'CREDENTIALS_REJECTED',
    'The broker has locked the account.',
  ],
  [
    /error 10(09|1\d|20)\b|access denied|being rate limited|error 5\d\d\b/i,
    'BROKER_UNREACHABLE',
    "The broker's edge refused the connection.",
  ],
];

const CAPTCHA_TEXT =
  /verify(ing)? (that )?you are (a )?human|checking your browser|having trouble\?|not a robot|\b(enter|type|solve) the (characters|captcha)/i;
const LOCKED_BUTTON = /unlock account/i;
const CONSENT_LABEL = /\b(allow|authori[sz]e|approve|grant)\b/i;
const NO_CONSENT_LABEL = /\b(not|don.t|deny|cookies?|notifications?)\b/i;
/** These sign anything, so the page has to say that it is about an app's access. */
const ACCEPT_LABEL = /\b(accept|agree)\b(?! all)/i;
const ACCESS_TEXT = /\b(authori[sz]\w*|permissions?|access to your)\b/i;

/** What to do about a page, given which fields were submitted already. Failures come first: nothing is typed beside one. */
export const classifyPage = (reading: PageReading, submitted: ReadonlySet<FieldName>): PageKind => {
  if (reading.captcha || CAPTCHA_TEXT.test(reading.text)) return CAPTCHA;
  const failure = failureInText(reading.text);
  // Before anything was entered nothing can have been rejected: such words on the first page are part of it.
  const isUntouched = submitted.size === 0;
  const isFirstPage = isUntouched && reading.fields.MOBILE !== undefined;
  const isNoNews =
    (isUntouched && failure?.isAboutInput === true) ||
    (isFirstPage && failure?.code === 'CREDENTIALS_REJECTED');
  if (failure !== null && !isNoNews) return failure;
  if (reading.buttons.some(({ label }) => LOCKED_BUTTON.test(label)) && !isFirstPage) return LOCKED;
  const field = FIELD_NAMES.find((name) => reading.fields[name]?.enabled && !submitted.has(name));
  if (field !== undefined) return { kind: 'FIELD', field };
  const isAboutAccess = ACCESS_TEXT.test(reading.text);
  const button = reading.buttons.find(
    ({ label }) =>
      (CONSENT_LABEL.test(label) || (isAboutAccess && ACCEPT_LABEL.test(label))) &&
      !NO_CONSENT_LABEL.test(label),
  );
  const anyField = FIELD_NAMES.some((name) => reading.fields[name] !== undefined);
  return button !== undefined && !anyField ? { kind: 'CONSENT', button } : { kind: 'UNKNOWN' };
};

export const CAPTCHA: SeenFailure = {
  kind: 'FAILURE',
  code: 'CAPTCHA',
  message: 'The broker shows a CAPTCHA.',
};
const LOCKED: SeenFailure = {
  kind: 'FAILURE',
  code: 'CREDENTIALS_REJECTED',
  message: 'The broker has locked the account.',
};

const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(BROKER_CODES)].map(([, toast, envelope]) => toast ?? envelope ?? '');

/** What the text of a refusal says, in codes and words that are known; null where the page will try again by itself. */
export const refusalInText = (text: string): SeenFailure | 'UNKNOWN' | null => {
  const failure = failureInText(text);
  if (failure !== null) return failure.isUnknownCode ? 'UNKNOWN' : failure;
  return codesIn(text).some(isPassingCode) ? null : 'UNKNOWN';
};

/** The failure that a text tells of, by code first and by wording second; null when it tells of none. */
export const failureInText = (text: string): SeenFailure | null => {
  const codes = codesIn(text);
  const coded = codes.find((code) => !isPassingCode(code));
  const known = coded === undefined ? undefined : failureOfBrokerCode(coded);
  if (known !== undefined) return { kind: 'FAILURE', code: known, message: `The broker answered ${coded}.` };
  const said = TEXTS.find(([pattern]) => pattern.test(text));
  if (said !== undefined) {
    const [pattern, code, message] = said;
    return { kind: 'FAILURE', code, message, ...(pattern === WRONG_INPUT ? { isAboutInput: true } : {}) };
  }
  if (coded === undefined) return null;
  return {
    kind: 'FAILURE',
    code: 'PAGE_CHANGED',
    message: `The broker answered ${coded}, which is not known here.`,
    isUnknownCode: true,
  };
};

/** The failure that the status of an answer tells of; null when it tells of none. */
export const failureInStatus = (status: number): SeenFailure | null => {
  if (status === 429) return { kind: 'FAILURE', code: 'THROTTLED', message: 'The broker answered 429.' };
  if (status < 500 && status !== 403) return null;
  return { kind: 'FAILURE', code: 'BROKER_UNREACHABLE', message: `The broker answered ${status}.` };
};
