import type { ApiName } from '../account/api-name.ts';
import type { EndedToken, GenerationRun, RunStep } from '../run/generation-run.ts';
import type { TokenCheck } from './verdict.ts';

/**
 * The tokens that a run has ended. `validBefore` are the APIs whose token worked when the run began and is still the one in
 * the table; `checks` are those of the enabled APIs, asked after the run's last token was made. That a new token ends the
 * old one of its own API is normal, and not among them.
 */
export const findEndedTokens = (
  run: Pick<GenerationRun, 'steps'>,
  validBefore: readonly ApiName[],
  checks: readonly TokenCheck[],
): readonly EndedToken[] => {
  const made = madeIn(run);
  return checks.filter(isRefused).flatMap(({ apiName }) => {
    const position = made.findIndex((step) => step.apiName === apiName);
    const hasWorked = position < 0 ? validBefore.includes(apiName) : made[position]?.status === 'DONE';
    const later = made.slice(position + 1);
    const surely = later.filter(({ status }) => status === 'DONE');
    const endedBy = (surely.length > 0 ? surely : later).map((step) => step.apiName);
    return hasWorked && endedBy.length > 0 ? [{ apiName, endedBy }] : [];
  });
};

const isRefused = ({ verdict, reason }: TokenCheck): boolean =>
  verdict === 'INVALID' && reason === 'REJECTED';

/** The steps that the broker has made a token for, or may have, in the order in which they ended. */
const madeIn = ({ steps }: Pick<GenerationRun, 'steps'>): readonly RunStep[] =>
  steps
    .filter(
      ({ status, failure }) =>
        status === 'DONE' || failure?.code === 'UNVERIFIED' || failure?.submitted.includes('CODE') === true,
    )
    .toSorted((one, other) => (one.endedAt?.getTime() ?? 0) - (other.endedAt?.getTime() ?? 0));

/**
 * What still keeps an account from having all its tokens: tokens that are dead since a run of today made another one, as long
 * as both APIs are enabled. Making one of them again would end the other. `runs` are today's, the newest first.
 */
export const currentEnds = (
  runs: readonly GenerationRun[],
  checks: readonly TokenCheck[],
): readonly EndedToken[] =>
  checks
    .filter(({ verdict }) => verdict === 'INVALID')
    .flatMap(({ apiName }) => {
      const last = runs.find(
        (run) =>
          endOf(run, apiName) !== undefined ||
          run.steps.some((step) => step.apiName === apiName && step.status === 'DONE'),
      );
      const enabled = (name: ApiName) => checks.some((check) => check.apiName === name);
      const endedBy = (last === undefined ? undefined : endOf(last, apiName))?.endedBy.filter(enabled) ?? [];
      return endedBy.length === 0 ? [] : [{ apiName, endedBy }];
    });

const endOf = ({ endedTokens = [] }: GenerationRun, apiName: ApiName): EndedToken | undefined =>
  endedTokens.find((ended) => ended.apiName === apiName);

/** What has happened, in words. */
export const endedTokenText = ({ apiName, endedBy }: EndedToken): string =>
  `Making ${endedBy.join(' or ')} ended the token of ${apiName}: the broker seems to keep one token per user.`;
