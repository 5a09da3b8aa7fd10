import type { Response } from 'playwright';
import { isOfEdge, parseJson, textsIn } from '../api/broker-answer.ts';
import { retryAfterMs } from '../api/retry-after.ts';
import { concernsPerson, concernsSecret } from './page/own-step.ts';
import {
  failureInCodes,
  failureInStatus,
  isOfCredentials,
  isPassing,
  otpRequestRefused,
  refusalInText,
  resting,
  type SeenFailure,
} from './page/page-kind.ts';
import type { FieldName } from './page/page-reading.ts';
import { quote } from './page/quote.ts';
import { notJudgedSaid } from './page/refusal-words.ts';

/** What came of a submission; REFUSED in words that are not known, null where the answer does not tell. */
export type Outcome = SeenFailure | 'ACCEPTED' | 'REFUSED' | null;

export interface ReadAnswer {
  readonly outcome: Outcome;
  /** How long the broker wants between this OTP request and the next; null where it does not say. */
  readonly otpIntervalMs: number | null;
}

/** No answer came. */
export const BROKEN_OFF: SeenFailure = {
  kind: 'FAILURE',
  code: 'BROKER_UNREACHABLE',
  message: 'The connection to the broker broke off.',
  isStatus: true,
};

/** The answer was a redirect that is not followed. */
export const LED_ON: SeenFailure = {
  kind: 'FAILURE',
  code: 'BROKER_UNREACHABLE',
  message: 'The broker leads what was sent on to where it is not sent again.',
};

/** How long the body of an answer may take; a body that never ends tells nothing. */
export const BODY_TIMEOUT_MS = 2000;

/** Of a refusal that is longer the beginning is read. */
const MAX_TOLD = 10_000;

/**
 * Reads `{"success": true, …}` or `{"success": false, "error": {"code": 1017069, …}}`, the status, and failing that the
 * words. A page that comes in answer is read like every page. Of another site than the page's own the envelope alone
 * counts: whoever else is told a number does not decide about the login.
 */
export const readAnswerTo = async (
  field: FieldName,
  response: Response,
  isOwnSite: boolean,
): Promise<ReadAnswer> => {
  const status = response.status();
  const byStatus = isOwnSite ? failureInStatus(status) : null;
  const asked = retryAfterMs(response.headers()['retry-after'], new Date());
  if (response.request().isNavigationRequest() && status !== 429)
    return { outcome: null, otpIntervalMs: null };
  const body = await bodyOf(response);
  const json = parseJson(body);
  const facts = isOwnSite || envelopeOf(json).success !== undefined ? factsIn(json) : {};
  const seconds = field === 'MOBILE' ? Math.max(0, facts.nextrequestinterval ?? 0) : 0;
  const otpIntervalMs = seconds > 0 ? Math.min(seconds, MAX_INTERVAL_S) * 1000 : null;
  const outcome = outcomeOf({ field, status, body, json, facts, byStatus, isOwnSite, response });
  if (outcome === null || typeof outcome === 'string') return { outcome, otpIntervalMs };
  const rests =
    asked > 0 ||
    outcome.code === 'THROTTLED' ||
    outcome.code === 'MAINTENANCE' ||
    outcome.restMs !== undefined;
  if (!rests) return { outcome, otpIntervalMs };
  const secondsAsked = Math.min(facts.retryafter ?? 0, MAX_INTERVAL_S) * 1000;
  const restMs = Math.max(outcome.restMs ?? 0, asked, secondsAsked, otpIntervalMs ?? 0);
  return { outcome: { ...outcome, restMs }, otpIntervalMs };
};

/** Longer than a trading day is a mistake in the answer. */
const MAX_INTERVAL_S = 86_400;

interface Told {
  readonly field: FieldName;
  readonly status: number;
  readonly body: string;
  readonly json: unknown;
  readonly facts: AnswerFacts;
  readonly byStatus: SeenFailure | null;
  readonly isOwnSite: boolean;
  readonly response: Response;
}

const outcomeOf = (told: Told): Outcome => {
  const { field, status, body, json, facts, byStatus, isOwnSite, response } = told;
  const { success, status: word, error, errors } = envelopeOf(json);
  const isSaidRefusal = isFalse(success) || (isOwnSite && isUnverified(json));
  const isDone = success === true || (isOwnSite && success === undefined && isWord(word, 'success'));
  if (isDone && !isSaidRefusal) return byStatus ?? missingFactor(field, facts) ?? 'ACCEPTED';
  const words = error == null ? wordsOf(json, body.slice(0, MAX_TOLD)) : wordsOfError(error);
  if (status === 429) {
    const said = field === 'MOBILE' ? null : refusalInText(field, words);
    if (said?.code === 'CREDENTIALS_REJECTED' && isOwnSite) return said;
    return byStatus === null ? null : resting(byStatus, textsIn(json).join('\n') || body);
  }
  const isOfErrors =
    isWord(word, 'error', 'fail', 'failed', 'failure') || (Array.isArray(errors) && errors.length > 0);
  const isRefusal = isSaidRefusal || (isOwnSite && (isOfErrors || status >= 400));
  if (!isRefusal) return missingFactor(field, facts) ?? byStatus;
  if (status >= 500) {
    const said = refusalInText(field, words);
    return said?.code === 'MAINTENANCE' ? said : byStatus;
  }
  if (isOfEdge(body, response.headers()['content-type'] ?? '')) return byStatus;
  if (words.trim() === '') return byStatus ?? refusedByStatus(field, status);
  if (field === 'MOBILE') return otpRequestRefused(words) ?? byStatus;
  const coded = failureInCodes(words);
  if (isOfCredentials(words)) return refusalInText(field, words) ?? 'REFUSED';
  if (coded !== null && coded.isUnknownCode !== true) return coded;
  const said = refusalInText(field, words) ?? personsAffair(words) ?? notJudged(words);
  if (said !== null) return said;
  if (coded === null && isPassing(words)) return byStatus;
  if (coded !== null || concernsSecret(words)) return 'REFUSED';
  if (OF_GATEWAY.includes(status)) return gatewayAnswered(status);
  return isSaidRefusal || !/\p{L}/u.test(words) ? 'REFUSED' : refusedOtherwise(words);
};

/** Neither the secret nor an attempt is spoken of: nobody knows what was refused. */
const refusedOtherwise = (words: string): SeenFailure => ({
  kind: 'FAILURE',
  code: 'ACTION_REQUIRED',
  message: `The broker did not go on, and says: “${quote(words)}”.`,
});

/** It says of what was entered that it is not right; further inside it speaks of other things. */
const isUnverified = (json: unknown): boolean =>
  [json, envelopeOf(json).data].some((told) =>
    Object.entries({ ...(told as object | null) }).some(
      ([key, value]) =>
        /^(?:is)?(?:t?otp|m?pin)?_?(?:verified|valid)$/i.test(key) && truthOf(value) === false,
    ),
  );

const isFalse = (value: unknown): boolean => value === false || isWord(value, 'false');

const isWord = (value: unknown, ...words: readonly string[]): boolean =>
  typeof value === 'string' && words.includes(value.trim().toLowerCase());

const notJudged = (words: string): SeenFailure | null => {
  const said = notJudgedSaid(words);
  return said === null ? null : { kind: 'FAILURE', ...said };
};

/** What stands in the way is none of the secret's. */
const personsAffair = (words: string): SeenFailure | null =>
  concernsPerson(words)
    ? { kind: 'FAILURE', code: 'ACTION_REQUIRED', message: `The broker says: “${quote(words)}”.` }
    : null;

/** Not found, not allowed, not in time: whoever answers so has not looked at what was sent. */
const OF_GATEWAY: readonly number[] = [404, 405, 408, 421, 425];
const gatewayAnswered = (status: number): SeenFailure => ({
  kind: 'FAILURE',
  code: 'BROKER_UNREACHABLE',
  message: `The broker answered ${status}.`,
});

/** A refusal without a word. */
const refusedByStatus = (field: FieldName, status: number): Outcome => {
  if (field !== 'MOBILE') return 'REFUSED';
  const message = `The broker answered ${status} to the OTP request, without a word.`;
  return { kind: 'FAILURE', code: 'ACTION_REQUIRED', message, restMs: 0, isStatus: true };
};

/** The broker has no code or PIN of this account to ask for: what is typed next would be wrong. */
const missingFactor = (field: FieldName, facts: AnswerFacts): SeenFailure | null => {
  if (field === 'MOBILE' && facts.totpenabled === false) return TOTP_NOT_ENABLED;
  if (field === 'OTP' && facts.secretpinset === false) return PIN_NOT_SET;
  return null;
};

const TOTP_NOT_ENABLED: SeenFailure = {
  kind: 'FAILURE',
  code: 'ACTION_REQUIRED',
  message:
    'TOTP is not enabled for this account, so the broker sent a code by SMS; nothing was typed. Enable TOTP at the broker, put its secret into UPSTOX_TOTP (or the account’s credentials), and generate again.',
};
const PIN_NOT_SET: SeenFailure = {
  kind: 'FAILURE',
  code: 'ACTION_REQUIRED',
  message:
    'No PIN is set for this account; none was typed. Set one at the broker, put it into UPSTOX_PIN (or the account’s credentials), and generate again.',
};

const bodyOf = async (response: Response): Promise<string> => {
  const timeout = AbortSignal.timeout(BODY_TIMEOUT_MS);
  const given = new Promise<string>((resolve) => timeout.addEventListener('abort', () => resolve('')));
  return Promise.race([response.text().catch(() => ''), given]);
};

interface Envelope {
  readonly success?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly errors?: unknown;
  readonly data?: unknown;
}

const envelopeOf = (json: unknown): Envelope => ({ ...(json as Envelope | null) });

/** Every text in an answer of an unknown shape, or the answer as it is. */
const wordsOf = (json: unknown, body: string): string => textsIn(json).join('\n') || body;

/** `message [code]`, as the page's toasts have it; what has neither is read like an answer of an unknown shape. */
const wordsOfError = (error: unknown): string => {
  const { code, message } = { ...(error as { readonly code?: unknown; readonly message?: unknown } | null) };
  if (typeof message === 'string' || (code != null && code !== '')) return `${message ?? ''} [${code ?? ''}]`;
  return textsIn(error).join('\n');
};

/** Facts about the next step, under whatever spelling of their names. */
interface AnswerFacts {
  totpenabled?: boolean;
  secretpinset?: boolean;
  nextrequestinterval?: number;
  /** In seconds. */
  retryafter?: number;
}

const factsIn = (json: unknown): AnswerFacts => {
  const facts: AnswerFacts = {};
  walk(json, (key, value) => {
    const name = key.toLowerCase().replace(/^is|[^a-z]/g, '');
    const truth = truthOf(value);
    if (/^totp(?:enabled|status)$/.test(name) && truth !== null) facts.totpenabled = truth;
    if (/^(?:secret)?pinset$/.test(name) && truth !== null) facts.secretpinset = truth;
    if (name === 'nextrequestinterval' && Number.isFinite(Number(value)))
      facts.nextrequestinterval = Number(value);
    if (/^retryafter(?:seconds|secs?)?$/.test(name) && Number.isFinite(Number(value)))
      facts.retryafter = Number(value);
  });
  return facts;
};

/** A yes or no in any of the ways in which it is written; null where it is none. */
const truthOf = (value: unknown): boolean | null => {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  if (isWord(value, 'true', 'yes', 'enabled', 'active')) return true;
  return isWord(value, 'false', 'no', 'disabled', 'inactive') ? false : null;
};

const MAX_DEPTH = 6;

const walk = (value: unknown, meet: (key: string, value: unknown) => void, depth = 0): void => {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  for (const [key, inner] of Object.entries(value)) {
    meet(key, inner);
    walk(inner, meet, depth + 1);
  }
};
