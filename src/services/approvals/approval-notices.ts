import { readNotice } from '../../broker/api/approval-notice.ts';
import type { Database } from '../../db/database.ts';
import { DatabaseUnavailable } from '../../db/database-error.ts';
import { countFailedProbe, settleAcquisition } from '../../db/queries/approvals.ts';
import type { SealedNotes } from '../../db/secrets/sealed-notes.ts';
import { isSameUser } from '../../domain/account/broker-user-id.ts';
import type { Acquisition, AcquisitionKey } from '../../domain/run/acquisition.ts';
import { type ApprovalNotice, faultOf, type NoticeRefusal } from '../../domain/run/approval-notice.ts';
import { nextExpiry } from '../../domain/token/expiry.ts';
import type { Logger } from '../../log.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Refusals } from '../audit/refusal-audit.ts';
import type { Clock } from '../clock.ts';
import type { TokenIntake } from '../exchange/token-intake.ts';
import type { AlongWrite } from '../runs/live-run.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { hashSecret, isSameHash } from '../secret-hash.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import type { Acquisitions } from './acquisitions.ts';
import { HeldNotices } from './held-notices.ts';

/** How long the broker is not asked again after it could not say whose a token is. */
const REST_MS = 10_000;

/**
 * TAKEN: the token is stored. NOT_NOW: it could not be judged, so it may be sent again. HELD: likewise, and it is kept until
 * it can be.
 */
export type Reception = 'TAKEN' | 'REFUSED' | 'NOT_NOW' | 'HELD';

/** UNKNOWN: the broker does not say whose token it is. */
type Judgement = Exclude<Reception, 'HELD'> | 'UNKNOWN';

interface Options {
  readonly acquisitions: Acquisitions;
  readonly intake: TokenIntake;
  readonly database: Database;
  /** Where notices wait for the database. */
  readonly notes: SealedNotes;
  readonly verifier: TokenVerifier;
  readonly refusals: Refusals;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Judges what is posted to the notifier webhook. Anybody may post there, so the broker is asked last and not often. */
export class ApprovalNotices implements AsyncDisposable {
  readonly #options: Options;
  readonly #held: HeldNotices;
  /** By run and API: until when the broker is not asked again. */
  readonly #resting = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
    const judge = async (body: unknown) => {
      const reception = await this.#receive(readNotice(body));
      return reception === 'TAKEN' || reception === 'REFUSED';
    };
    this.#held = new HeldNotices({ ...options, judge });
  }

  /** From now on what earlier processes have kept is judged: for the server. */
  begin(): void {
    this.#held.begin();
  }

  async receive(body: unknown): Promise<Reception> {
    const notice = readNotice(body);
    try {
      const reception = await this.#receive(notice);
      // The broker may not send it again.
      return reception === 'UNKNOWN' ? (this.#held.hold(body) ? 'HELD' : 'NOT_NOW') : reception;
    } catch (error) {
      if (notice === null || !(error instanceof DatabaseUnavailable) || !this.#held.hold(body)) throw error;
      return 'HELD';
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#held[Symbol.asyncDispose]();
  }

  async #receive(notice: ApprovalNotice | null): Promise<Judgement> {
    if (notice === null) return this.#refuse('UNREADABLE');
    const clientId = hashSecret(notice.clientId);
    const { acquisitions, database, clock } = this.#options;
    // All of them are compared, so that the time it takes says nothing about what is pending.
    const pending = await acquisitions.pending('APPROVAL');
    const [match] = pending.filter((one) => isSameHash(hashSecret(one.clientId), clientId));
    if (match === undefined) return this.#refuse('NOT_ASKED_FOR');
    const fault = faultOf(notice, match, await getAccount(database, match.accountId), clock());
    if (fault !== null) return this.#refuse(fault, match);
    const reception = await acquisitions.takeIn(match, (step, acquisition) =>
      this.#judge(notice, step, acquisition),
    );
    if (reception === 'SETTLED') return this.#refuse('SETTLED', match);
    return reception === 'NOT_HERE' ? 'NOT_NOW' : reception;
  }

  async #judge(notice: ApprovalNotice, step: LiveStep, acquisition: Acquisition): Promise<Judgement> {
    const { acquisitions, intake, database, verifier, clock } = this.#options;
    // Asked again, because other notices may have been taken in meanwhile.
    const fault = faultOf(notice, acquisition, step.account, clock());
    if (fault !== null) return this.#refuse(fault, acquisition);
    if (this.#isResting(acquisition)) return 'UNKNOWN';
    const probe = await verifier.probe(notice.accessToken);
    if (probe.kind === 'UNKNOWN') {
      this.#resting.set(keyOf(acquisition), clock().getTime() + REST_MS);
      return 'UNKNOWN';
    }
    if (probe.kind === 'DEAD' || !isSameUser(probe.profile.userId, notice.userId)) {
      await database.write((transaction) => countFailedProbe(transaction, acquisition));
      return this.#refuse(probe.kind === 'DEAD' ? 'DEAD_TOKEN' : 'TOKEN_OF_ANOTHER_USER', acquisition);
    }
    const { accessToken, userId, expiresAt } = notice;
    const latest = nextExpiry(clock());
    const endsAt = expiresAt < latest ? expiresAt : latest;
    let isSettled = false;
    const settledAt = clock();
    const along: AlongWrite = {
      store: async (transaction) => {
        isSettled = await settleAcquisition(transaction, acquisition, settledAt);
        if (!isSettled) throw new Error('The approval was settled by another process.');
      },
      facts: [{ kind: 'ACQUISITION', runId: acquisition.runId, apiName: acquisition.apiName, at: settledAt }],
    };
    const failure = await acquisitions.conclude(step, acquisition, () =>
      intake.take(step, { accessToken, userId, endsAt }, along),
    );
    // Unverified it is stored all the same, or waits for the database.
    return isSettled || failure === 'UNVERIFIED' ? 'TAKEN' : 'NOT_NOW';
  }

  #isResting(acquisition: Acquisition): boolean {
    const left = (this.#resting.get(keyOf(acquisition)) ?? 0) - this.#options.clock().getTime();
    // Further ahead it is of a clock that was set back.
    return left > 0 && left <= REST_MS;
  }

  #refuse(fault: NoticeRefusal, acquisition?: Acquisition): 'REFUSED' {
    const { log, refusals } = this.#options;
    log.warn({ fault, api: acquisition?.apiName }, 'a notice was refused');
    refusals.note('NOTICE_REFUSED', { fault });
    return 'REFUSED';
  }
}

const keyOf = ({ runId, apiName }: AcquisitionKey): string => `${runId} ${apiName}`;
