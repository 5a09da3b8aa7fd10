import type { ApiName } from '../account/api-name.ts';
import { Refusal } from '../refusal.ts';
import { endedTokenText } from '../token/ended-token.ts';
import type { TokenCheck, Verdict } from '../token/verdict.ts';
import type { EndedToken, GenerationMode } from './generation-run.ts';

export interface GenerationRequest {
  readonly mode: GenerationMode;
  readonly apiNames: readonly ApiName[];
  readonly replaceValid: boolean;
  readonly includeUnknown: boolean;
}

const NEEDS_MAKING: readonly Verdict[] = ['EXPIRED', 'INVALID', 'MISSING'];

/** The APIs that a mode speaks of, whether or not they may be replaced. `checks` are those of the enabled APIs. */
export const apisOfMode = (
  request: GenerationRequest,
  checks: readonly TokenCheck[],
): readonly TokenCheck[] => {
  if (request.mode === 'ALL') return checks;
  if (request.mode === 'PARTIAL') return checks.filter((check) => request.apiNames.includes(check.apiName));
  return checks.filter(
    ({ verdict }) => NEEDS_MAKING.includes(verdict) || (verdict === 'UNKNOWN' && request.includeUnknown),
  );
};

/**
 * The APIs that a run will make, or a refusal: a VALID token is replaced only with `replaceValid`, one that is UNKNOWN
 * only with `includeUnknown` or `replaceValid`, because a broker that is down must not cost good tokens. `ended` are the
 * tokens that are dead because others were made: making them again with INVALID_ONLY would go round in circles. `others`
 * are the checks of roles that no login serves and whose tokens a login can end.
 */
export const decide = (
  request: GenerationRequest,
  checks: readonly TokenCheck[],
  ended: readonly EndedToken[] = [],
  others: readonly TokenCheck[] = [],
): readonly ApiName[] => {
  const refusal = refusalOf(request, checks, ended, others);
  if (refusal !== null) throw refusal;
  return apisOfMode(request, checks).map((check) => check.apiName);
};

/** Why a request would be refused on these facts; null when it would be accepted. */
export const refusalOf = (
  request: GenerationRequest,
  checks: readonly TokenCheck[],
  ended: readonly EndedToken[] = [],
  others: readonly TokenCheck[] = [],
): Refusal | null => {
  if (checks.length === 0) return nothingConfigured();
  const chosen = apisOfMode(request, checks);
  const circle =
    request.mode === 'INVALID_ONLY' && !request.replaceValid
      ? circleOf(chosen, [...checks, ...others], ended)
      : null;
  if (circle !== null) return circle;
  const named = (verdict: Verdict) =>
    chosen.filter((check) => check.verdict === verdict).map((check) => check.apiName);
  const [valid, unknown] = [named('VALID'), named('UNKNOWN')];
  if (valid.length > 0 && !request.replaceValid) {
    return new Refusal(
      'WOULD_REPLACE_VALID',
      `${valid.join(', ')} would be replaced although valid.`,
      'Use mode INVALID_ONLY, or confirm with replaceValid: true.',
    );
  }
  if (unknown.length > 0 && !request.replaceValid && !request.includeUnknown) {
    return new Refusal(
      'WOULD_REPLACE_UNKNOWN',
      `The broker did not say whether ${unknown.join(', ')} still works.`,
      'Ask again with tokenStatus, or confirm with includeUnknown: true.',
    );
  }
  return null;
};

/** An account without apps is not one whose every token is valid. */
const nothingConfigured = (): Refusal =>
  new Refusal(
    'API_NOT_CONFIGURED',
    'No API app is configured and enabled for this account, so there is no token to make.',
    'Store one with saveApiConfig, PRIMARY first; then generate.',
  );

const circleOf = (
  chosen: readonly TokenCheck[],
  checks: readonly TokenCheck[],
  ended: readonly EndedToken[],
): Refusal | null => {
  const again = ended.find(({ apiName }) => chosen.some((check) => check.apiName === apiName));
  const valid = checks.filter(({ verdict }) => verdict === 'VALID').map(({ apiName }) => apiName);
  if (again === undefined || valid.length === 0) return null;
  return new Refusal(
    'WOULD_REPLACE_VALID',
    `${valid.join(', ')} would be ended although valid. ${endedTokenText(again)}`,
    'Enable only the APIs whose tokens the broker keeps at the same time, or confirm with replaceValid: true.',
  );
};
