import type { GraphQLError } from 'graphql';
import type { RefusalCode } from '../../domain/refusal.ts';

/** Whatever the state of things refuses is a conflict; the others say more. */
const REFUSAL_STATUS: Readonly<Record<RefusalCode, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  API_NOT_CONFIGURED: 409,
  TOKEN_NOT_VALID: 409,
  RUN_IN_PROGRESS: 409,
  COOLDOWN: 423,
  QUARANTINED: 409,
  BROWSER_BUSY: 409,
  WRONG_STATE: 409,
  WOULD_REPLACE_VALID: 409,
  WOULD_REPLACE_UNKNOWN: 409,
  CONFIG_SOURCE_IS_ENV: 409,
  MASTER_KEY_IS_GIVEN: 409,
  SECRET_UNREADABLE: 409,
  DATABASE_UNAVAILABLE: 503,
  SHUTTING_DOWN: 503,
};

/** The codes of the server in front of the services. */
const SERVER_STATUS: Readonly<Record<string, number>> = {
  TOO_MANY_SUBSCRIPTIONS: 429,
  INTERNAL_SERVER_ERROR: 500,
};

const statusOf = (code: string): number =>
  (REFUSAL_STATUS as Readonly<Record<string, number>>)[code] ?? SERVER_STATUS[code] ?? 500;

/** The answer to a request that GraphQL refused, told in the same words. */
export const refusalResponse = (errors: readonly GraphQLError[], now: Date): Response => {
  const [error] = errors;
  const { code, nextAction, issues, retryableAt } = error?.extensions ?? {};
  const knownCode = typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
  const body = {
    code: knownCode,
    message: error?.message ?? 'Unexpected error.',
    nextAction: nextAction ?? 'Look into the log of vega-auth, then try again.',
    ...(issues === undefined ? {} : { issues }),
    ...(retryableAt === undefined ? {} : { retryableAt }),
  };
  const headers: HeadersInit =
    typeof retryableAt === 'string' ? { 'retry-after': secondsUntil(retryableAt, now) } : {};
  return Response.json({ error: body }, { status: statusOf(knownCode), headers });
};

const secondsUntil = (instant: string, now: Date): string =>
  String(Math.max(1, Math.ceil((Date.parse(instant) - now.getTime()) / 1000)));
