import { type OperationDefinitionNode, parse, print } from 'graphql';
import { badInput } from '../http-error.ts';
import { type HttpRequest, isObject, parseJson } from '../http-request.ts';

const MAX_BODY_BYTES = 16_384;

export type Parameters = Readonly<Record<string, unknown>>;

/** The names of an operation's variables with the types they stand for. */
export type ParameterTypes = ReadonlyMap<string, string>;

export const parameterTypesOf = (operation: string): ParameterTypes => {
  const [definition] = parse(operation).definitions;
  const variables = (definition as OperationDefinitionNode).variableDefinitions ?? [];
  return new Map(
    variables.map(({ variable, type }) => [variable.name.value, print(type).replace(/\W/g, '')]),
  );
};

/** A GET's query string or a POST's JSON body. */
export const readParameters = async (request: HttpRequest, types: ParameterTypes): Promise<Parameters> => {
  const query = Object.fromEntries(request.url.searchParams);
  const isReading = request.method !== 'POST';
  // A misspelt accountId must not do to the active account what was meant for another.
  const stranger = Object.keys(query).find((name) => !isReading || !types.has(name));
  if (stranger !== undefined) throw badInput(`There is no parameter ${stranger} in this address.`, CORRECT);
  if (isReading)
    return Object.fromEntries(
      Object.entries(query).map(([name, text]) => [name, toValue(text, types.get(name))]),
    );
  request.requireJson();
  const text = await request.readBody(MAX_BODY_BYTES);
  const body = text.trim() === '' ? {} : parseJson(text);
  if (!isObject(body)) throw badInput('The body is not a JSON object.', CORRECT);
  const unknown = Object.keys(body).find((name) => !types.has(name));
  if (unknown !== undefined) throw badInput(`There is no field ${unknown} in this request.`, CORRECT);
  return body;
};

/** A text that does not fit stays as it is: GraphQL refuses it in its own words. */
const toValue = (text: string, type: string | undefined): unknown => {
  if (type === 'Int' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'Boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
};

const CORRECT = 'Correct what the message names and send the request again.';
