import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

/** Keys whose values never leave the program, wherever they stand in what is logged. */
const SECRET_KEYS = /token|secret|pin|otp|totp|password|authorization|cookie|mobile|code$|key$/i;
/** A JWT, or an OAuth code in an address, inside a longer text. */
const SECRET_TEXT = /eyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=[?&](?:code|state|access_token|key)=)[^&\s"]+/g;

const clean = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return value.replace(SECRET_TEXT, '[secret]');
  if (value instanceof Error)
    return { name: value.name, message: clean(value.message), stack: clean(value.stack) };
  if (typeof value !== 'object' || value === null || depth > 5) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEYS.test(key) && typeof item === 'string' ? '[secret]' : clean(item, depth + 1),
    ]),
  );
};

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
      serializers: { err: (error: unknown) => clean(error) },
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        logMethod(args, method) {
          method.apply(this, args.map((arg) => clean(arg)) as Parameters<typeof method>);
        },
      },
    },
    destination,
  );

/** A logger that says which part speaks. */
export const named = (logger: Logger, part: string): Logger => logger.child({ part });
