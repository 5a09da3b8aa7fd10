import type { LoginSession } from '../../broker/login/login-session.ts';
import type { ApiConfig } from '../../domain/api-config.ts';
import { FAILURES, type FailureCode } from '../../domain/failure.ts';
import { getAccount } from '../accounts/accounts.ts';
import { makeToken } from '../runs/make-token.ts';
import { toFailure } from '../runs/to-failure.ts';
import type { GenerationOptions } from './generation-options.ts';
import type { Job } from './job.ts';
import type { RunSession } from './run-session.ts';

/** Makes what is pending in the run's browser session. Answers the failure that stopped it before its last API. */
export const makeTokens = async (
  job: Job,
  runSession: RunSession,
  options: GenerationOptions,
): Promise<FailureCode | null> => {
  const { live, configs, abort, log } = job;
  const { states } = options;
  const pending = configs.filter((config) =>
    live.state.steps.some(({ apiName, status }) => apiName === config.apiName && status === 'PENDING'),
  );
  try {
    const session = await runSession.open();
    for (const config of pending) {
      if (abort.signal.aborted) return 'ABORTED';
      const stoppedBy = await makeOne(job, config, session, options);
      if (stoppedBy !== null) return stoppedBy;
    }
    return null;
  } catch (error) {
    const failure = toFailure(error);
    log.error({ failure: failure.code, err: error }, 'run stopped');
    const next = live.state.steps.find(({ status }) => status === 'PENDING' || status === 'RUNNING');
    if (next === undefined) return failure.code;
    await live.takeUp(next.apiName);
    await states.move(job.account, 'FIRST_API_TAKEN_UP');
    await live.fail(next.apiName, failure);
    return failure.code;
  }
};

const makeOne = async (
  { live, account: { id }, abort, log }: Job,
  config: ApiConfig,
  session: LoginSession,
  options: GenerationOptions,
): Promise<FailureCode | null> => {
  const { states, database, onCheckpoint } = options;
  await live.takeUp(config.apiName);
  // Read anew for every API: the first login tells whose account it is.
  const account = await getAccount(database, id);
  await states.move(account, 'FIRST_API_TAKEN_UP');
  onCheckpoint('API_TAKEN_UP');
  try {
    const credentials = await options.credentials.open(account);
    await makeToken({ ...options, credentials, account, config, session, live, signal: abort.signal });
    await live.finish(config.apiName);
    onCheckpoint('API_DONE');
    log.info({ api: config.apiName }, 'token made');
    return null;
  } catch (error) {
    const failure = toFailure(error);
    log.warn({ api: config.apiName, failure: failure.code, err: error }, 'no token');
    await live.fail(config.apiName, failure);
    onCheckpoint('API_FAILED');
    return FAILURES[failure.code].scope === 'RUN' ? failure.code : null;
  }
};
