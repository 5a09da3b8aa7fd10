import type { Incoming } from './incoming.ts';
import { parseJson } from './parse-json.ts';

/** What a client asks for. */
export interface GraphQLParams {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly operationName: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
}

/** A request that is not a GraphQL request. */
export interface BadRequest {
  readonly status: 400 | 413;
  readonly code: 'BAD_REQUEST' | 'TOO_LARGE';
  readonly message: string;
  readonly nextAction: string;
}

export const MAX_BODY_BYTES = 1_000_000;

const NAMES: readonly string[] = ['query', 'variables', 'operationName', 'extensions'];

/** Reads the operation from the body, or of a GET from the address. */
export const readParams = async (incoming: Incoming): Promise<GraphQLParams | BadRequest> => {
  if (incoming.method === 'GET') return readAddress(incoming.url);
  const text = await incoming.text(MAX_BODY_BYTES);
  if (text === null) {
    return {
      status: 413,
      code: 'TOO_LARGE',
      message: 'The body is too long.',
      nextAction: `Send at most ${MAX_BODY_BYTES} bytes.`,
    };
  }
  const body = parseJson(text);
  return body === undefined ? bad('The body is not JSON.') : toParams(body);
};

const readAddress = (url: string): GraphQLParams | BadRequest => {
  const search = new URL(url).searchParams;
  const part = (name: string): unknown => {
    const text = search.get(name);
    return text === null || text === '' ? undefined : (parseJson(text) ?? text);
  };
  return toParams({
    query: search.get('query') ?? undefined,
    operationName: search.get('operationName') ?? undefined,
    variables: part('variables'),
    extensions: part('extensions'),
  });
};

const toParams = (body: unknown): GraphQLParams | BadRequest => {
  if (Array.isArray(body)) return bad('Several operations in one request are not answered.');
  if (!isRecord(body)) return bad('The body has to be a JSON object.');
  const strange = Object.keys(body).find((name) => body[name] != null && !NAMES.includes(name));
  if (strange !== undefined) return bad(`There is no parameter ${JSON.stringify(strange.slice(0, 40))}.`);
  const { query, variables, operationName, extensions } = body;
  if (query == null) return bad('The parameter "query" is missing.');
  if (typeof query !== 'string') return bad('The parameter "query" has to be a string.');
  if (operationName != null && typeof operationName !== 'string')
    return bad('The parameter "operationName" has to be a string.');
  if (variables != null && !isRecord(variables)) return bad('The parameter "variables" has to be an object.');
  if (extensions != null && !isRecord(extensions))
    return bad('The parameter "extensions" has to be an object.');
  return {
    query,
    variables: variables ?? undefined,
    operationName: operationName ?? undefined,
    extensions: extensions ?? undefined,
  };
};

const bad = (message: string): BadRequest => ({
  status: 400,
  code: 'BAD_REQUEST',
  message,
  nextAction: 'Send one JSON object with "query" and, where needed, "variables" and "operationName".',
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
