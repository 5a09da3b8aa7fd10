/** A request that the server refused or could not answer. */
export class VegaError extends Error {
  /** The server's `extensions.code`, such as RUN_IN_PROGRESS; NETWORK when no answer came. */
  readonly code: string;
  /** What to do, in the server's words; null when it gave none. */
  readonly nextAction: string | null;
  /** When trying again makes sense; null when time does not heal it. */
  readonly retryableAt: Date | null;

  constructor(
    code: string,
    message: string,
    nextAction: string | null,
    retryableAt: Date | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'VegaError';
    this.code = code;
    this.nextAction = nextAction;
    this.retryableAt = retryableAt;
  }
}

interface WireError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: unknown;
    readonly nextAction?: unknown;
    readonly retryableAt?: unknown;
  };
}

/** The first error of an answer. */
export const toVegaError = (errors: readonly WireError[]): VegaError => {
  const [first] = errors;
  const { code, nextAction, retryableAt } = first?.extensions ?? {};
  return new VegaError(
    typeof code === 'string' ? code : 'UNKNOWN',
    first?.message ?? 'The server gave no reason.',
    typeof nextAction === 'string' ? nextAction : null,
    typeof retryableAt === 'string' ? new Date(retryableAt) : null,
  );
};
