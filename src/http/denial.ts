/** Why a request is not let in. */
export interface Denial {
  readonly status: 401 | 403 | 405 | 415 | 429;
  readonly code:
    | 'UNAUTHENTICATED'
    | 'FORBIDDEN'
    | 'METHOD_NOT_ALLOWED'
    | 'UNSUPPORTED_MEDIA_TYPE'
    | 'TOO_MANY_GUESSES';
  readonly message: string;
  readonly nextAction: string;
  /** Set where time heals. */
  readonly retryAfterSeconds?: number;
}

export const forbidden = (message: string, nextAction: string): Denial => ({
  status: 403,
  code: 'FORBIDDEN',
  message,
  nextAction,
});

/** The headers that go with a denial. */
export const denialHeaders = ({ status, retryAfterSeconds }: Denial): Record<string, string> => ({
  ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
});
