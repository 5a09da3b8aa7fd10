import { readNotice } from '../../broker/api/approval-notice.ts';
import { countFailedProbe, settleAcquisition } from '../../db/queries/approvals.ts';
import type { Acquisition } from '../../domain/acquisition.ts';
import { type ApprovalNotice, faultOf, type NoticeRefusal } from '../../domain/approval-notice.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Refusals } from '../audit/refusal-audit.ts';
import { keepToken } from '../runs/keep-token.ts';
import type { CodeOrder } from '../runs/use-code.ts';
import { hashSecret, isSameHash } from '../secret-hash.ts';
import type { AcquisitionOptions, Acquisitions } from './acquisitions.ts';

/** After the broker could not say whose a token is, it is left alone for a while. */
const REST_MS = 10_000;

/** TAKEN: the token is stored. NOT_NOW: nobody could judge it, so it may be sent again. */
export type Reception = 'TAKEN' | 'REFUSED' | 'NOT_NOW';

interface Options extends Pick<AcquisitionOptions, 'database' | 'verifier' | 'clock' | 'log'> {
  readonly refusals: Refusals;
}

/** Judges what comes to the notifier webhook. The broker is asked last, and not often: anybody may post here. */
export class ApprovalNotices {
  readonly #acquisitions: Acquisitions;
  readonly #options: Options;
  /** By the acquisition's id: until when the broker is left alone. */
  readonly #resting = new Map<number, number>();

  constructor(acquisitions: Acquisitions, options: Options) {
    this.#acquisitions = acquisitions;
    this.#options = options;
  }

  async receive(body: unknown): Promise<Reception> {
    const notice = readNotice(body);
    if (notice === null) return this.#refuse('UNREADABLE');
    const clientId = hashSecret(notice.clientId);
    // All of them are compared: how long it takes tells nothing about who is waited for.
    const pending = await this.#acquisitions.pending('APPROVAL');
    const [match] = pending.filter((one) => isSameHash(hashSecret(one.clientId), clientId));
    if (match === undefined) return this.#refuse('NOT_ASKED_FOR');
    const { database, clock } = this.#options;
    const fault = faultOf(notice, match, await getAccount(database, match.accountId), clock());
    if (fault !== null) return this.#refuse(fault, match);
    const reception = await this.#acquisitions.takeIn(match, (order, acquisition) =>
      this.#judge(notice, order, acquisition),
    );
    if (reception === 'SETTLED') return this.#refuse('SETTLED', match);
    return reception === 'NOT_HERE' ? 'NOT_NOW' : reception;
  }

  async #judge(notice: ApprovalNotice, order: CodeOrder, acquisition: Acquisition): Promise<Reception> {
    const { database, verifier, clock } = this.#options;
    // Asked again, because others had their turn in between.
    const fault = faultOf(notice, acquisition, order.account, clock());
    if (fault !== null) return this.#refuse(fault, acquisition);
    if (this.#isResting(acquisition)) return 'NOT_NOW';
    const probe = await verifier.probe(notice.accessToken);
    if (probe.kind === 'UNKNOWN') {
      this.#resting.set(acquisition.id, clock().getTime() + REST_MS);
      return 'NOT_NOW';
    }
    if (probe.kind === 'DEAD' || probe.profile.userId !== notice.userId) {
      await database.write((transaction) => countFailedProbe(transaction, acquisition.id));
      return this.#refuse(probe.kind === 'DEAD' ? 'DEAD_TOKEN' : 'TOKEN_OF_ANOTHER_USER', acquisition);
    }
    const { accessToken, userId, expiresAt: endsAt } = notice;
    let isSettled = false;
    await this.#acquisitions.conclude(order, acquisition, () =>
      keepToken(order, { accessToken, userId, endsAt }, async (transaction) => {
        isSettled = await settleAcquisition(transaction, acquisition.id, clock());
        if (!isSettled) throw new Error('The approval was settled by another process.');
      }),
    );
    return isSettled ? 'TAKEN' : 'NOT_NOW';
  }

  #isResting({ id }: Acquisition): boolean {
    const end = this.#resting.get(id);
    return end !== undefined && this.#options.clock().getTime() < end;
  }

  #refuse(fault: NoticeRefusal, acquisition?: Acquisition): Reception {
    const { log, refusals } = this.#options;
    log.warn({ fault, api: acquisition?.apiName }, 'a notice was refused');
    refusals.note('NOTICE_REFUSED', { fault });
    return 'REFUSED';
  }
}
