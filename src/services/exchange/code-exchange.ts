import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { exchangeCode } from '../../broker/api/oauth.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Logger } from '../../log.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { toFailure } from '../runs/to-failure.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import { noteAttempt } from './attempts.ts';
import { keepExtended } from './keep-extended.ts';
import type { TokenIntake } from './token-intake.ts';

interface Options extends AuditedWrites {
  readonly intake: TokenIntake;
  readonly verifier: TokenVerifier;
  readonly api: BrokerApi;
  /** How long the broker may take to answer. */
  readonly timeoutMs: number;
  /** Has the broker make the extended token anew at each login. */
  readonly refreshesExtended: boolean;
  readonly roles: Roles;
  readonly apiConfigs: ApiConfigs;
  readonly log: Logger;
  readonly onCheckpoint: CheckpointObserver;
}

export class CodeExchange {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Exchanges a code once, and takes its token in. The attempt is recorded before the code is sent. */
  async exchange(step: LiveStep, code: Secret): Promise<void> {
    const { intake, verifier, api, timeoutMs, refreshesExtended, onCheckpoint } = this.#options;
    const { live, config } = step;
    await live.enter(config.apiName, 'EXCHANGE');
    onCheckpoint('EXCHANGE_ENTERED');
    await noteAttempt(this.#options, step, 'CODE');
    onCheckpoint('CODE_RECORDED');
    live.noteSubmitted('CODE');
    const token = await exchangeCode(api, config, code, { timeoutMs, refreshesExtended }).catch(
      (error: unknown) => {
        // Whatever was answered: a token may have been issued.
        live.noteMade(verifier.moment);
        throw error;
      },
    );
    onCheckpoint('CODE_EXCHANGED');
    const { extendedToken } = token;
    try {
      await intake.take(step, token);
    } catch (error) {
      // It came in the same answer, so it is lost unless it is kept: only another user's is not.
      if (extendedToken !== undefined && toFailure(error).code !== 'WRONG_ACCOUNT')
        await keepExtended(this.#options, step, extendedToken);
      throw error;
    }
    if (extendedToken !== undefined) await keepExtended(this.#options, step, extendedToken);
  }
}
