import { z } from 'zod';

/** An answer of the broker's API. `json` is undefined where the body is not JSON: Cloudflare answers with HTML. */
export interface BrokerAnswer {
  readonly status: number;
  readonly isHtml: boolean;
  readonly json: unknown;
}

export const readAnswer = async (response: Response): Promise<BrokerAnswer> => {
  const body = await response.text();
  const isHtml = /text\/html/i.test(response.headers.get('content-type') ?? '') || /^\s*</.test(body);
  return { status: response.status, isHtml, json: parseJson(body) };
};

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
