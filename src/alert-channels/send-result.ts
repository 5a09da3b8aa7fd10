import type { SendResult } from '../domain/alert/alert-sender.ts';

/** Longer than that nobody is left alone. */
const MAX_RETRY_AFTER_MS = 3_600_000;

export const ofStatus = (status: number, retryAfter: string | undefined): SendResult => {
  const isRedirect = status >= 300 && status < 400;
  return {
    isDelivered: status >= 200 && status < 300,
    answer: `HTTP ${status}${isRedirect ? ' (redirects are not followed)' : ''}`,
    retryAfterMs: /^\d{1,6}$/.test(retryAfter ?? '')
      ? Math.min(Number(retryAfter) * 1000, MAX_RETRY_AFTER_MS)
      : null,
  };
};

/** Only a code of an error is shown: its text may hold a part of the address. */
export const ofError = (error: unknown): SendResult => ({
  isDelivered: false,
  answer: codeOf(error),
  retryAfterMs: null,
});

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'no connection';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  if (typeof responseCode === 'number') return `SMTP ${responseCode}`;
  if (typeof code === 'string' && /^[A-Z][A-Z\d_]{2,40}$/.test(code)) return code;
  return error.cause === undefined ? 'no connection' : codeOf(error.cause);
};
