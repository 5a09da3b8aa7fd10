import type { ApiName } from '../account/api-name.ts';
import type { GenerationRun } from '../run/generation-run.ts';
import type { HeldToken } from './held-token.ts';
import { isByLogin, type Role, type RoleCredential } from './role.ts';

/** A way to serve a role whose app the broker rejects; only the operator applies it. */
export interface RolePlan {
  readonly apiName: ApiName;
  readonly credential: RoleCredential;
  readonly sharedWith: ApiName | null;
  readonly why: string;
  /** What the account has to have first; null where nothing is missing. */
  readonly needs: string | null;
}

/** Of each app what its last step says; `runs` are the newest first. */
const isRejected = (apiName: ApiName, runs: readonly Pick<GenerationRun, 'steps'>[]): boolean => {
  const steps = runs.flatMap((run) => run.steps.filter((step) => step.apiName === apiName));
  const last = steps.find(({ status }) => status === 'DONE' || status === 'FAILED');
  return last?.failure?.code === 'APP_REJECTED';
};

/** PRIMARY has no plan: only a login or a pasted token places orders. */
export const plansFor = (
  role: Role,
  runs: readonly Pick<GenerationRun, 'steps'>[],
  held: readonly Pick<HeldToken, 'kind'>[],
): readonly RolePlan[] => {
  if (role.isPrimary || !isByLogin(role) || !isRejected(role.apiName, runs)) return [];
  const { apiName } = role;
  const hasAnalytics = held.some(({ kind }) => kind === 'ANALYTICS');
  return [
    {
      apiName,
      credential: 'SHARED',
      sharedWith: 'PRIMARY',
      why: `The broker rejects the app of ${apiName}; the token of PRIMARY covers what it is for.`,
      needs: null,
    },
    {
      apiName,
      credential: 'ANALYTICS',
      sharedWith: null,
      why: `The broker rejects the app of ${apiName}; an analytics token covers market data for a year.`,
      needs: hasAnalytics ? null : 'An analytics token: make one at the broker and import it (importToken).',
    },
  ];
};
