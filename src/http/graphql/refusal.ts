import type { Asking } from '../asking.ts';
import { parseJson } from '../parse-json.ts';
import type { Answer } from './answer-cache.ts';

interface Refused {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly nextAction: string;
}

/** A request that GraphQL never gets to see is refused in GraphQL's own shape. */
export const refusal = (
  { status, code, message, nextAction }: Refused,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify({ errors: [{ message, extensions: { code, nextAction } }] }),
});

/** What is wrong with the parameters of a request, which no library may quote: they may hold a PIN. Null when they can be read. */
export const refuseParams = ({ method, url }: Asking, body: string | null): Answer | null => {
  if (method === 'POST')
    return isObject(parseJson(body ?? '')) ? null : bad('The body has to be one JSON object.');
  const { searchParams } = new URL(url);
  const strange = ['variables', 'extensions'].find((name) => {
    const text = searchParams.get(name);
    return text !== null && text !== '' && !isObject(parseJson(text));
  });
  return strange === undefined ? null : bad(`The parameter "${strange}" has to be a JSON object.`);
};

const bad = (message: string): Answer =>
  refusal({
    status: 400,
    code: 'BAD_REQUEST',
    message,
    nextAction: 'Send one JSON object with "query" and, where needed, "variables" and "operationName".',
  });

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const NOT_ACCEPTABLE = refusal({
  status: 406,
  code: 'NOT_ACCEPTABLE',
  message: 'The answer has no form that the Accept header names.',
  nextAction:
    'Accept application/graphql-response+json or application/json; for a subscription text/event-stream.',
});

/** The types of an Accept header in which a result can be answered; null where there are none. Everything is UTF-8. */
export const resultTypesIn = (accept: string | null): string | null => {
  const types = (accept ?? '*/*')
    .toLowerCase()
    .split(',')
    .map((type) => type.replace(/\s/g, ''))
    .filter((type) => /^(?:application\/(?:graphql-response\+json|json|\*)|\*\/\*)(?:;|$)/.test(type))
    .filter((type) => (/;charset="?([^;"]*)/.exec(type)?.[1] ?? 'utf-8') === 'utf-8');
  return types.length === 0 ? null : types.join(', ');
};
