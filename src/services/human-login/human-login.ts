import { randomBytes } from 'node:crypto';
import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { dialogUrl } from '../../broker/api/oauth.ts';
import { readRedirect } from '../../broker/login/redirect.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { isLapsed } from '../../domain/run/acquisition.ts';
import type { FailureCode } from '../../domain/run/failure.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Acquisitions } from '../approvals/acquisitions.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { CodeExchange } from '../exchange/code-exchange.ts';
import type { TokenGeneration } from '../generation/token-generation.ts';
import { hashSecret, isSameHash } from '../secret-hash.ts';

/** How long a person may take to log in. */
const HUMAN_LOGIN_MS = 600_000;

export interface HumanLogin {
  readonly runId: string;
  readonly apiName: ApiName;
  /** The broker's authorization dialog, with a `state` that is good once. */
  readonly url: string;
  readonly expiresAt: Date;
}

interface Parts {
  readonly apiConfigs: ApiConfigs;
  readonly generation: TokenGeneration;
  readonly api: BrokerApi;
  readonly audit: Audit;
  readonly clock: Clock;
}

/** Stores a run that waits for one redirect, and answers where the person has to go. */
export const beginHumanLogin = async (
  { apiConfigs, generation, api, audit, clock }: Parts,
  account: Account,
  apiName: ApiName,
  replaceValid: boolean,
): Promise<HumanLogin> => {
  const config = await apiConfigs.get(account, apiName);
  const state = randomBytes(24).toString('base64url');
  const expiresAt = new Date(clock().getTime() + HUMAN_LOGIN_MS);
  const request = {
    mode: 'PARTIAL',
    apiNames: [apiName],
    replaceValid,
    includeUnknown: replaceValid,
  } as const;
  const external = { kind: 'CALLBACK', stateHash: hashSecret(state), expiresAt } as const;
  const { id } = await generation.generate(account, await apiConfigs.list(account), request, { external });
  await audit.record('HUMAN_LOGIN_BEGUN', {}, { accountId: account.id, correlationId: id, apiName });
  return { runId: id, apiName, url: dialogUrl(api, config, state), expiresAt };
};

/** What came of a redirect: a token, a failure, or nothing because nobody waits for it (here). */
export type Arrival =
  | { readonly kind: 'DONE'; readonly apiName: ApiName }
  | { readonly kind: 'FAILED'; readonly apiName: ApiName; readonly code: FailureCode }
  | { readonly kind: 'NOT_EXPECTED' }
  | { readonly kind: 'NOT_NOW' };

interface RedirectNeeds {
  readonly acquisitions: Acquisitions;
  readonly exchange: CodeExchange;
  readonly clock: Clock;
}

/** Takes the redirect of a login that a person did. Its `state` is good once, whatever comes of it. */
export const takeRedirect = async (
  { acquisitions, exchange, clock }: RedirectNeeds,
  address: string,
): Promise<Arrival> => {
  const state = new URL(address).searchParams.get('state') ?? '';
  const stateHash = hashSecret(state);
  // All of them are compared, so that the time it takes says nothing about what is pending.
  const pending = await acquisitions.pending('CALLBACK');
  const [match] = pending.filter((one) => isSameHash(one.stateHash ?? '', stateHash));
  if (match === undefined) return { kind: 'NOT_EXPECTED' };
  const arrival = await acquisitions.takeIn(match, async (step, acquisition): Promise<Arrival> => {
    const { apiName } = step.config;
    if (isLapsed(acquisition, clock())) return { kind: 'NOT_EXPECTED' };
    // Before the code is looked at: a redirect that is sent twice finds nothing.
    if (!(await acquisitions.settle(acquisition))) return { kind: 'NOT_EXPECTED' };
    const code = await acquisitions.conclude(step, acquisition, () =>
      exchange.exchange(step, readRedirect(address, state)),
    );
    return code === null ? { kind: 'DONE', apiName } : { kind: 'FAILED', apiName, code };
  });
  if (arrival === 'SETTLED') return { kind: 'NOT_EXPECTED' };
  return arrival === 'NOT_HERE' ? { kind: 'NOT_NOW' } : arrival;
};
