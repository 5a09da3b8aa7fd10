const RESPONSE_JSON = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';
const EVENT_STREAM = 'text/event-stream';

export type ResultType = typeof RESPONSE_JSON | typeof JSON_TYPE;

/** In what form a client wants its answer. */
export interface Accepted {
  /** For a single result; null when the client takes none of ours. */
  readonly result: ResultType | null;
  /** Whether it takes a stream of events. */
  readonly stream: boolean;
  /** Whether it asks for a stream by name and for nothing else that we have. */
  readonly onlyStream: boolean;
}

const WILDCARDS: readonly string[] = ['*/*', 'application/*'];

/** The first type of the list that we have; a client that does not care gets plain JSON. */
export const acceptedBy = (accept: string | null): Accepted => {
  const types = (accept ?? '*/*')
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((piece) => piece.trim()))
    .filter(([, ...parameters]) => parameters.every(isHarmless))
    .map(([type = '']) => type);
  const wanted = types.find(
    (type) => type === RESPONSE_JSON || type === JSON_TYPE || WILDCARDS.includes(type),
  );
  const result = wanted === undefined ? null : wanted === RESPONSE_JSON ? RESPONSE_JSON : JSON_TYPE;
  const isNamed = types.includes(EVENT_STREAM);
  const stream = isNamed || types.includes('*/*') || types.includes('text/*');
  return { result, stream, onlyStream: isNamed && result === null };
};

/** Everything we say is UTF-8. */
const isHarmless = (parameter: string): boolean =>
  !parameter.startsWith('charset=') || /^charset="?utf-?8"?$/.test(parameter);
