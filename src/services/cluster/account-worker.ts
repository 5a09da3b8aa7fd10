import type { LookQueue } from '../../db/look-queue.ts';
import type { Logger } from '../../log.ts';
import type { Jobs } from '../generation/jobs.ts';
import type { AccountLooks } from './account-looks.ts';
import type { WorkerMark } from './worker-mark.ts';

/** How often the looks of dead workers are looked for. */
const REVIVE_MS = 5000;

interface Options {
  readonly queue: LookQueue;
  readonly looks: Pick<AccountLooks, 'look'>;
  readonly jobs: Pick<Jobs, 'leaveAll'>;
  /** How many accounts it works for at once: while one has the browser, others wait for a code or store a token. */
  readonly concurrency: number;
  /** VEGA_EGRESS. */
  readonly egress: string | null;
  /** Says that it works; ends with it. */
  readonly mark: WorkerMark;
  readonly log: Logger;
}

/** Takes looks at accounts from the queue, on as many machines as there are. */
export class AccountWorker implements AsyncDisposable {
  readonly #options: Options;
  readonly #work: AsyncDisposable;
  readonly #timer: NodeJS.Timeout;
  #reviving: Promise<void> | null = null;

  constructor(options: Options) {
    this.#options = options;
    const { queue, looks, concurrency, egress, log } = options;
    this.#work = queue.work({
      handle: ({ accountId, rank }) => looks.look(accountId, rank),
      concurrency,
      egress,
      onTrouble: (error) => log.error({ err: error }, 'no account can be taken from the queue at present'),
    });
    this.#timer = setInterval(() => this.#revive(), REVIVE_MS).unref();
    this.#revive();
  }

  /** Takes no look any more, and leaves every run to the other workers as soon as its login under way is over. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#options.jobs.leaveAll();
    await this.#reviving;
    await this.#work[Symbol.asyncDispose]();
    this.#options.mark[Symbol.dispose]();
  }

  #revive(): void {
    const { queue, mark, log } = this.#options;
    this.#reviving ??= queue
      .reviveAbandoned()
      .then(
        (accounts) => {
          mark.renew();
          if (accounts.length > 0) log.warn({ accounts }, 'runs that nobody executed are taken up');
        },
        (error: unknown) => log.warn({ err: error }, 'the looks of dead workers cannot be looked for'),
      )
      .finally(() => {
        this.#reviving = null;
      });
  }
}
