import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type { DestinationStream };
export type Logger = PinoLogger;

const MASK = '[secret]';

/** Words in the name of a field whose value never leaves the program: `accessToken`, `client_secret`, `pin`. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'token',
  'tokens',
  'secret',
  'secrets',
  'pin',
  'otp',
  'totp',
  'password',
  'authorization',
  'cookie',
  'mobile',
  'key',
]);

/** Secrets inside a longer text: a JWT, a header, a parameter of an address, a field of a JSON body. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]{5,}\.[\w-]+(\.[\w-]+)?/g, MASK],
  [/\bBearer\s+\S+/gi, `Bearer ${MASK}`],
  [/\b(code|state|link|secret|client_secret|access_token|authorization)=[^&\s"']+/gi, `$1=${MASK}`],
  [/"(code|state|secret|client_secret|access_token|otp|inputText)"\s*:\s*"[^"]*"/gi, `"$1":"${MASK}"`],
];

const MAX_DEPTH = 5;

/**
 * The root logger: JSON lines on standard error. Secrets have a type that prints a mask; this is the net below it, for
 * texts of other programs (a browser's error, a broker's answer) that may quote one.
 */
export const createLogger = (level: string, destination: DestinationStream = pino.destination(2)): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => error },
      formatters: { level: (label) => ({ level: label }), bindings: (bindings) => cleanFields(bindings, 0) },
      hooks: {
        logMethod(args, method) {
          method.apply(this, args.map((arg) => clean(arg, 0)) as Parameters<typeof method>);
        },
      },
    },
    withoutControls(destination),
  );

/** A logger that says which part speaks. */
export const named = (logger: Logger, part: string): Logger => logger.child({ part });

const clean = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return cleanError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'never' : value.toISOString();
  if (value instanceof URL) return value.origin + value.pathname;
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if (value instanceof Map || value instanceof Set) return clean([...value], depth + 1);
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return clean(value.toJSON(), depth + 1);
  return cleanFields(value, depth);
};

const cleanFields = (fields: object, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isSecret(name, value) ? MASK : clean(value, depth + 1),
    ]),
  );

const cleanError = (error: Error, depth: number): Record<string, unknown> => ({
  name: error.name,
  message: cleanText(error.message),
  stack: cleanText(error.stack ?? ''),
  ...('code' in error ? { code: clean(error.code, depth + 1) } : {}),
  ...(error.cause === undefined ? {} : { cause: clean(error.cause, depth + 1) }),
  ...(error instanceof AggregateError ? { errors: clean(error.errors, depth + 1) } : {}),
});

/** What JSON leaves as it is, and a terminal or an editor obeys. */
const CONTROLS = /[\u007f-\u009f\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Lines are JSON, in which such a character stands in texts only: there it can be written another way. */
const withoutControls = (destination: DestinationStream): DestinationStream => ({
  write: (line) => destination.write(line.replace(CONTROLS, escaped)),
});

const cleanText = (text: string): string =>
  SECRET_TEXTS.reduce((cleaned, [pattern, mask]) => cleaned.replace(pattern, mask), text);

/** A `code` may be the name of a failure, written like a constant, or a code of the broker that buys a token. */
const isSecret = (name: string, value: unknown): boolean =>
  isSecretName(name) || (name === 'code' && typeof value === 'string' && !/^[A-Z][A-Z0-9_]*$/.test(value));

const isSecretName = (name: string): boolean =>
  (name.match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? []).some((word) => SECRET_WORDS.has(word.toLowerCase()));
