import { z } from 'zod';

/** An answer of the broker's API. `json` is undefined where the body is not JSON. */
export interface BrokerAnswer {
  readonly status: number;
  /** What stands in front of the broker has answered in its place (Cloudflare): that tells nothing of an app or a token. */
  readonly isFromEdge: boolean;
  readonly json: unknown;
}

export const readAnswer = async (response: Response): Promise<BrokerAnswer> => {
  const body = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, isFromEdge: isOfEdge(body, type), json: parseJson(body) };
};

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

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** The error envelope; its camelCase keys are deprecated, and both spellings are sent. */
const Envelope = z.object({
  errors: z.array(z.object({ error_code: z.string().optional(), errorCode: z.string().optional() })).min(1),
});

/** The first code of an error envelope, such as UDAPI100057. */
export const brokerCodeIn = (answer: BrokerAnswer): string | null => {
  const first = Envelope.safeParse(answer.json).data?.errors[0];
  const code = first?.error_code ?? first?.errorCode;
  return code !== undefined && /^\w{1,32}$/.test(code) ? code : null;
};
