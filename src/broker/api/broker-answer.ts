import { z } from 'zod';
import { toBrokerUserId } from '../../domain/account/broker-user-id.ts';
import { meansDeadToken } from '../../domain/token/token-codes.ts';
import { retryAfterMs } from './retry-after.ts';

/** An answer of the broker's API. `json` is undefined where the body is not JSON. */
export interface BrokerAnswer {
  readonly status: number;
  /** What stands in front of the broker has answered in its place (Cloudflare): that tells nothing of an app or a token. */
  readonly isFromEdge: boolean;
  readonly json: unknown;
  /** How long it asks to wait, in its head; 0 where it does not say. */
  readonly retryAfterMs: number;
}

export const readAnswer = async (response: Response): Promise<BrokerAnswer> => {
  const body = await response.text();
  const answer = toAnswer(response.status, response.headers.get('content-type') ?? '', body);
  return { ...answer, retryAfterMs: retryAfterMs(response.headers.get('retry-after'), new Date()) };
};

export const toAnswer = (status: number, contentType: string, body: string): BrokerAnswer => ({
  status,
  isFromEdge: isOfEdge(body, contentType),
  json: parseJson(body),
  retryAfterMs: 0,
});

/** The members of a problem document (RFC 9457) that the broker's own envelope does not have. */
const Problem = z.object({ type: z.string(), title: z.string(), errors: z.undefined().optional() });

/**
 * The broker answers in JSON with an envelope of its own. Cloudflare answers with a page or, where JSON is asked for, with a
 * problem document. Source: Cloudflare's documentation, "Cloudflare 1xxx errors".
 */
export const isOfEdge = (body: string, contentType: string): boolean =>
  /text\/html|problem\+json/i.test(contentType) ||
  /^\s*</.test(body) ||
  Problem.safeParse(parseJson(body)).success;

export const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const code = z.string().optional().catch(undefined);

/** Every text in an answer, whatever its shape. */
export const textsIn = (json: unknown, depth = 0): readonly string[] => {
  if (typeof json === 'string') return [json];
  if (typeof json !== 'object' || json === null || depth > 6) return [];
  return Object.values(json).flatMap((inner) => textsIn(inner, depth + 1));
};

/** Every object in an answer, the outermost first. */
export const objectsIn = (json: unknown, depth = 0): readonly object[] => {
  if (typeof json !== 'object' || json === null || depth > 6) return [];
  const inner = Object.values(json).flatMap((value) => objectsIn(value, depth + 1));
  return Array.isArray(json) ? inner : [json, ...inner];
};

/** The error envelope; its camelCase keys are deprecated, and both spellings are sent. */
const Envelope = z.object({
  status: z.literal('error'),
  errors: z.array(z.object({ error_code: code, errorCode: code }).catch({})),
});

/** True for a refusal of the broker's own, whatever it means; what stands in front of it does not answer like this. */
export const isBrokerError = ({ json }: BrokerAnswer): boolean => Envelope.safeParse(json).success;

/** The codes of an error envelope, such as UDAPI100057; it may hold several errors. */
export const brokerCodesIn = ({ json }: BrokerAnswer): readonly string[] =>
  (Envelope.safeParse(json).data?.errors ?? [])
    .map(({ error_code, errorCode }) => error_code ?? errorCode ?? '')
    .filter((one) => /^\w[\w -]{0,39}$/.test(one));

/** The first of them. */
export const brokerCodeIn = (answer: BrokerAnswer): string | null => brokerCodesIn(answer)[0] ?? null;

/** The broker says that the access token of the request is no good: in its own envelope, with a code that means the token. */
export const saysTokenIsDead = (answer: BrokerAnswer): boolean =>
  (answer.status === 401 || answer.status === 403) && brokerCodesIn(answer).some(meansDeadToken);

/** A user id of the broker's in one of its answers: text or a number. */
export const brokerUserId = z.preprocess(toBrokerUserId, z.string());
