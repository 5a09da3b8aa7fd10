import type { ExecutionResult } from 'graphql';
import { REFUSAL_CODES, type RefusalCode } from '../../domain/refusal.ts';
import { type Answer, json } from '../answer.ts';

/** Whatever else the state of things refuses is a conflict. */
const STATUS: Readonly<Partial<Record<RefusalCode | 'TOO_MANY_SUBSCRIPTIONS', number>>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  COOLDOWN: 423,
  DATABASE_UNAVAILABLE: 503,
  SHUTTING_DOWN: 503,
  TOO_MANY_SUBSCRIPTIONS: 429,
};

/** The answer to a request that GraphQL refused, told in the same words. */
export const refusalAnswer = ({ errors: [error] = [] }: ExecutionResult, now: Date): Answer => {
  const {
    code = 'INTERNAL_SERVER_ERROR',
    nextAction = 'Look into the log of vega-auth, then try again.',
    issues,
    retryableAt,
  } = error?.extensions ?? {};
  const message = error?.message ?? 'Unexpected error.';
  const status = STATUS[code as RefusalCode] ?? (REFUSAL_CODES.includes(code as RefusalCode) ? 409 : 500);
  const headers = typeof retryableAt === 'string' ? { 'retry-after': secondsUntil(retryableAt, now) } : {};
  return json({ error: { code, message, nextAction, issues, retryableAt } }, status, headers);
};

const secondsUntil = (instant: string, now: Date): string =>
  String(Math.max(1, Math.ceil((Date.parse(instant) - now.getTime()) / 1000)));
