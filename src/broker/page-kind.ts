import { type FailureCode, failureOfBrokerCode } from '../domain/failure.ts';
import { FIELD_NAMES, type FieldName, type PageReading } from './page-reading.ts';

/** Which page is shown. `UNKNOWN` may still turn into one of the others while it loads. */
export type PageKind =
  | { readonly kind: 'FIELD'; readonly field: FieldName }
  | { readonly kind: 'CONSENT' }
  | { readonly kind: 'FAILURE'; readonly code: FailureCode; readonly message: string }
  | { readonly kind: 'UNKNOWN' };

/** The broker's own code in a toast, `message [1017069]`, or in an error envelope shown as text. */
const BROKER_CODE = /\[(\d{6,8})\]|"(UDAPI\d+)"/;

/** Texts that stand without a code. Sources: the login page's bundle, help pages, public screenshots. */
const TEXTS: readonly (readonly [RegExp, FailureCode, string])[] = [
  [
    /exceeded the maximum number of times/i,
    'THROTTLED',
    'The broker accepts no more OTP requests for a while.',
  ],
  [/attempts? left/i, 'CREDENTIALS_REJECTED', 'The broker is counting wrong attempts.'],
  [
    /incorrect pin|incorrect otp|invalid otp|wrong otp|wrong pin/i,
    'CREDENTIALS_REJECTED',
    'The broker rejected what was entered.',
  ],
  [/account has been locked|unlock account/i, 'CREDENTIALS_REJECTED', 'The broker has locked the account.'],
  [
    /error 10(09|1\d|20)\b|access denied|being rate limited|error 5\d\d\b/i,
    'BROKER_UNREACHABLE',
    "The broker's edge refused the connection.",
  ],
];

const CAPTCHA_TEXT = /verify you are human|having trouble\?|checking your browser/i;

/** What to do about a page, given which fields were submitted already. Failures come first: nothing is typed beside one. */
export const classifyPage = (reading: PageReading, submitted: ReadonlySet<FieldName>): PageKind => {
  if (reading.captchaFrame || CAPTCHA_TEXT.test(reading.text)) {
    return { kind: 'FAILURE', code: 'CAPTCHA', message: 'The broker shows a CAPTCHA.' };
  }
  const failure = failureIn(reading.text);
  if (failure !== null) return failure;
  const field = FIELD_NAMES.find((name) => reading.fields[name]?.enabled && !submitted.has(name));
  if (field !== undefined) return { kind: 'FIELD', field };
  const anyField = FIELD_NAMES.some((name) => reading.fields[name] !== undefined);
  return reading.consentButton && !anyField ? { kind: 'CONSENT' } : { kind: 'UNKNOWN' };
};

const failureIn = (text: string): PageKind | null => {
  const match = BROKER_CODE.exec(text);
  const brokerCode = match?.[1] ?? match?.[2];
  const known = brokerCode === undefined ? undefined : failureOfBrokerCode(brokerCode);
  if (known !== undefined)
    return { kind: 'FAILURE', code: known, message: `The broker answered ${brokerCode}.` };
  const said = TEXTS.find(([pattern]) => pattern.test(text));
  if (said !== undefined) return { kind: 'FAILURE', code: said[1], message: said[2] };
  if (brokerCode === undefined) return null;
  return {
    kind: 'FAILURE',
    code: 'PAGE_CHANGED',
    message: `The broker answered ${brokerCode}, which is not known here.`,
  };
};
