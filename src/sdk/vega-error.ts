interface Details {
  readonly nextAction?: string | null;
  readonly retryableAt?: Date | null;
  readonly status?: number | null;
  readonly cause?: unknown;
}

/** A request that the server refused or could not answer. */
export class VegaError extends Error {
  /** The server's `extensions.code`, such as RUN_IN_PROGRESS; NETWORK when no answer came, ABORTED when you ended it. */
  readonly code: string;
  /** What to do, in the server's words; null when it gave none. */
  readonly nextAction: string | null;
  /** When trying again makes sense; null when time does not heal it, or nobody knows. */
  readonly retryableAt: Date | null;
  /** The HTTP status of the answer; null when none came. */
  readonly status: number | null;

  constructor(code: string, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'VegaError';
    this.code = code;
    this.nextAction = details.nextAction ?? null;
    this.retryableAt = details.retryableAt ?? null;
    this.status = details.status ?? null;
  }
}

/** An error as it stands in an answer. */
export interface WireError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: unknown;
    readonly nextAction?: unknown;
    readonly retryableAt?: unknown;
  };
}

/** The first error of an answer. */
export const toVegaError = (errors: readonly WireError[], status: number | null): VegaError => {
  const [first] = errors;
  const { code, nextAction, retryableAt } = first?.extensions ?? {};
  return new VegaError(
    typeof code === 'string' ? code : 'UNKNOWN',
    first?.message ?? 'The server gave no reason.',
    {
      nextAction: typeof nextAction === 'string' ? nextAction : null,
      retryableAt: typeof retryableAt === 'string' ? new Date(retryableAt) : null,
      status,
    },
  );
};

/** A connection that broke may still be counted when the next one is asked for. */
const PASSING_CODES = ['NETWORK', 'INTERNAL_SERVER_ERROR', 'TOO_MANY_SUBSCRIPTIONS'];

/** True when the same request may be answered later: nothing about the request itself was wrong. */
export const isPassing = (error: unknown): boolean => {
  if (!(error instanceof VegaError)) return false;
  const { status, code, retryableAt } = error;
  if (status === null || status === 408 || status === 429 || status >= 500) return true;
  return PASSING_CODES.includes(code) || retryableAt !== null;
};
