import type { Response } from 'playwright-core';
import { isOfEdge } from './broker-answer.ts';
import { failureInStatus, refusalInText, type SeenFailure } from './page-kind.ts';
import type { FieldName } from './page-reading.ts';

/** What came of a submission; REFUSED in words that are not known, null where the answer does not tell. */
export type Outcome = SeenFailure | 'ACCEPTED' | 'REFUSED' | null;

/** How long the body of an answer may take; a body that never ends tells nothing. */
export const BODY_PATIENCE_MS = 2000;

/** Of a refusal that is longer the beginning is read. */
const MAX_TOLD = 10_000;

/**
 * Reads `{"success": true, …}` or `{"success": false, "error": {"code": 1017069, …}}`, the status, and failing that the
 * words. A page that comes in answer is read like every page. Of another site than the page's own the envelope alone
 * counts: whoever else is told a number does not decide about the login.
 */
export const readOutcome = async (
  response: Response,
  field: FieldName,
  isOwnSite: boolean,
): Promise<Outcome> => {
  const status = response.status();
  const byStatus = isOwnSite ? failureInStatus(status) : null;
  if (status === 429) return byStatus;
  if (response.request().isNavigationRequest()) return null;
  const body = await bodyOf(response);
  const { success, status: word, error } = envelopeIn(body);
  if (success === true) return byStatus ?? 'ACCEPTED';
  const isRefusal = success === false || (isOwnSite && (word === 'error' || status >= 400));
  if (!isRefusal || status >= 500) return byStatus;
  if (isOfEdge(body, response.headers()['content-type'] ?? '')) return byStatus;
  const words = field === 'MOBILE' ? '' : body.slice(0, MAX_TOLD);
  const refusal = refusalInText(error == null ? words : `${error.message ?? ''} [${error.code ?? ''}]`);
  return refusal === 'UNKNOWN' ? 'REFUSED' : (refusal ?? byStatus);
};

const bodyOf = async (response: Response): Promise<string> => {
  const patience = AbortSignal.timeout(BODY_PATIENCE_MS);
  const given = new Promise<string>((resolve) => patience.addEventListener('abort', () => resolve('')));
  return Promise.race([response.text().catch(() => ''), given]);
};

interface Envelope {
  readonly success?: unknown;
  readonly status?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

const envelopeIn = (body: string): Envelope => {
  try {
    return { ...(JSON.parse(body) as Envelope | null) };
  } catch {
    return {};
  }
};
