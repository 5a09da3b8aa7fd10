import { type OperationDefinitionNode, parse, type TypeNode } from 'graphql';
import { parseJson } from '../parse-json.ts';
import { readBody } from '../read-body.ts';
import { restError } from '../rest-error.ts';

const MAX_BODY_BYTES = 16_384;

export type Parameters = Readonly<Record<string, unknown>>;

/** The names of an operation's variables with the types they stand for. */
export type ParameterTypes = ReadonlyMap<string, string>;

export const parameterTypesOf = (operation: string): ParameterTypes => {
  const [definition] = parse(operation).definitions;
  const variables = (definition as OperationDefinitionNode).variableDefinitions ?? [];
  return new Map(variables.map(({ variable, type }) => [variable.name.value, namedType(type)]));
};

/** A GET's query string or a POST's JSON body; a response where there is something wrong with it. */
export const readParameters = async (
  request: Request,
  types: ParameterTypes,
): Promise<Parameters | Response> => {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const isReading = request.method !== 'POST';
  // A misspelt accountId must not do to the active account what was meant for another.
  const stranger = Object.keys(query).find((name) => !isReading || !types.has(name));
  if (stranger !== undefined) return badInput(`There is no parameter ${stranger} in this address.`);
  if (isReading) {
    const values = Object.entries(query).map(([name, text]) => [name, toValue(text, types.get(name))]);
    return Object.fromEntries(values);
  }
  const body = await readJson(request);
  if (body instanceof Response) return body;
  const unknown = Object.keys(body).find((name) => !types.has(name));
  return unknown === undefined ? body : badInput(`There is no field ${unknown} in this request.`);
};

const readJson = async (request: Request): Promise<Parameters | Response> => {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    const nextAction = 'Send the header "Content-Type: application/json".';
    return restError(415, 'UNSUPPORTED_MEDIA_TYPE', 'A POST has to be JSON.', nextAction);
  }
  const text = await readBody(request, MAX_BODY_BYTES);
  if (text === null)
    return restError(413, 'TOO_LARGE', 'This is more than is read of a request.', 'Send at most 16 kB.');
  if (text.trim() === '') return {};
  const value = parseJson(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Parameters) : badInput('The body is not a JSON object.');
};

/** A text that does not fit stays as it is: GraphQL refuses it in its own words. */
const toValue = (text: string, type: string | undefined): unknown => {
  if (type === 'Int' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'Boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
};

const namedType = (type: TypeNode): string =>
  type.kind === 'NamedType' ? type.name.value : namedType(type.type);

const badInput = (message: string): Response =>
  restError(400, 'BAD_USER_INPUT', message, 'Correct what the message names and send the request again.');
