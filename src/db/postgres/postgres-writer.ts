import { setTimeout as delay } from 'node:timers/promises';
import type { AuditChain } from '../audit/audit-chain.ts';
import { type Fact, isFact, type Maker } from '../change.ts';
import type { Kept } from '../database.ts';
import { databaseCode, MASTER_KEY_CHANGED } from '../database-error.ts';
import { databaseNow } from '../engine.ts';
import { currentLease, LeaseLost, outsideFence, refuseLostLease } from '../fence.ts';
import { markOf } from '../files/process-mark.ts';
import { isMovedAway, refuseMoved } from '../move/tombstone.ts';
import type { TokenFormat } from '../queries/tokens.ts';
import type { Queryable } from '../queryable.ts';
import { retryWithin } from '../retry-within.ts';
import type { MasterKeySource } from '../secrets/master-key.ts';
import { openVault } from '../secrets/sealed-values.ts';
import { replaySpilled, type Spilled } from '../spill/replay-spilled.ts';
import type { OpenedPostgres } from './opened-postgres.ts';
import { Reachability } from './reachability.ts';
import { ServerClock } from './server-clock.ts';
import { SpilledWrites } from './spilled-writes.ts';
import { CommitUnknown, explain, isContended, isRefused, isUnavailable } from './sqlstate.ts';
import type { Turn } from './write-turns.ts';

/** How long a write is tried again while the server cannot be reached. */
const WAIT_MS = 3000;
/** How long a server that gives no answer may take before what must be kept is spilled. */
const ANSWER_MS = 6000;
/** What exists already and must not be lost. */
const FIRST: Turn = { comesFirst: true };

type Work<Result> = (trx: Queryable) => Promise<Result>;

interface Options {
  readonly opened: OpenedPostgres;
  readonly chain: AuditChain;
  readonly auditKey: Buffer;
  readonly masterKey: MasterKeySource;
  readonly format: TokenFormat;
}

/** Writes to the server; what exists already goes to the spill file while that cannot be reached. */
export class PostgresWriter {
  readonly reachability: Reachability;
  readonly spilled: SpilledWrites;
  readonly clock = new ServerClock();
  readonly #options: Options;
  #format: TokenFormat;

  constructor(options: Options) {
    this.#options = options;
    this.#format = options.format;
    const { auditKey, masterKey, opened } = options;
    this.spilled = new SpilledWrites({
      folder: masterKey.folder,
      auditKey,
      vault: () => this.#format.vault,
      replay: (spilled) => this.#replay(spilled),
    });
    const ask = async (): Promise<void> => {
      await this.spilled.giveBack();
      await opened.checkWritable();
      await this.spilled.giveBackOrphans(new Date()).catch(() => undefined);
    };
    this.reachability = new Reachability(ask, this.spilled);
  }

  get format(): TokenFormat {
    return this.#format;
  }

  changeFormat(change: Partial<TokenFormat>): void {
    this.#format = { ...this.#format, ...change };
  }

  /** Asks the server what time it is, as every write does. */
  async readClock(): Promise<void> {
    await this.#options.opened.write((trx) => this.#lookUp(trx));
  }

  async write<Result>(work: Work<Result>): Promise<Result> {
    try {
      return await this.#retried(work);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** Never fails because the server is gone: then the facts are on the disk when this returns. */
  async keep<Result>(work: Work<Result>, facts: () => readonly Fact[]): Promise<Kept<Result>> {
    const isKnownLost = this.reachability.trouble !== null;
    let isGone = isKnownLost;
    let result: Result | null = null;
    if (!isKnownLost) {
      const givenUp = new AbortController();
      try {
        const writing = this.#retried(async (trx) => {
          givenUp.signal.throwIfAborted();
          result = await work(trx);
          givenUp.signal.throwIfAborted();
        }, FIRST);
        await answered(writing, ANSWER_MS);
        return { isStored: true, result };
      } catch (error) {
        // What is written from here on comes from the spill.
        givenUp.abort();
        if (error instanceof LeaseLost) return await this.#keepAnyway(error, facts());
        if (!isPassing(error)) throw error;
        this.reachability.lost(error);
        isGone = !(error instanceof CommitUnknown || isRefused(error));
      }
    }
    await this.#spill(facts());
    // It may be there already: that is soon known.
    const isStored = !isGone && (await this.#isGivenBack());
    return { isStored, result: isStored ? result : null };
  }

  /** Whether the server is lost with this error. */
  noteLoss(error: unknown): boolean {
    const isLost = isUnavailable(error);
    if (isLost) this.reachability.lost(error);
    return isLost;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reachability[Symbol.dispose]();
    if (this.spilled.pending > 0) await this.#isGivenBack(0);
    await this.spilled.leave();
  }

  #retried<Result>(work: Work<Result>, turn?: Turn): Promise<Result> {
    const isRetried = (error: unknown) => this.noteLoss(error) && !(error instanceof CommitUnknown);
    return retryWithin(() => this.#attempt(work, turn), isRetried, WAIT_MS);
  }

  async #attempt<Result>(work: Work<Result>, turn?: Turn): Promise<Result> {
    await this.#giveBackFirst();
    const { result, trx } = await this.#options.opened.write(async (trx) => {
      await refuseLostLease(trx);
      await this.#lookUp(trx);
      return { result: await work(trx), trx };
    }, turn);
    this.#noteStored(trx);
    if (this.spilled.pending === 0) this.reachability.found();
    return result;
  }

  /** What was spilled came first. Where a table refuses it, other tables may be written all the same. */
  async #giveBackFirst(): Promise<void> {
    try {
      await this.spilled.giveBack();
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  }

  /** Another worker has the account: what the broker has given is stored all the same, and nothing else. */
  async #keepAnyway(lost: LeaseLost, facts: readonly Fact[]): Promise<never> {
    if (facts.some(({ kind }) => kind === 'ISSUED_TOKEN' || kind === 'HELD_TOKEN')) {
      await this.#spill(facts);
      await this.#isGivenBack();
    }
    throw lost;
  }

  async #spill(facts: readonly Fact[]): Promise<void> {
    const lease = currentLease();
    const maker: Maker = { kind: 'MAKER', process: markOf(process.pid), epoch: lease?.epoch ?? null };
    // On an error it stays in memory, and is written to the disk later: `isOnDisk` says so meanwhile.
    await this.spilled.keep([maker, ...facts]).catch(() => undefined);
    this.reachability.noteSpilled();
  }

  /** Tries to give back what was spilled, once at least. */
  async #isGivenBack(milliseconds = WAIT_MS): Promise<boolean> {
    const isRetried = (error: unknown) => isUnavailable(error) || isContended(error);
    const giving = retryWithin(() => this.spilled.giveBack(), isRetried, milliseconds);
    try {
      await answered(giving, milliseconds + 1000);
      this.reachability.found();
      return true;
    } catch (error) {
      this.reachability.lost(error);
      return false;
    }
  }

  async #replay(spilled: Iterable<Spilled>): Promise<number> {
    const { opened, chain } = this.#options;
    const { count, trx, facts } = await opened.write(async (trx) => {
      await this.#lookUp(trx);
      const replayer = { format: this.#format, chain, isMisfit: isRefused };
      const facts: Fact[] = [];
      const count = await replaySpilled(trx, noting(spilled, facts), replayer);
      return { count, trx, facts };
    }, FIRST);
    this.#noteStored(trx);
    // What listeners do is for whatever account the facts are of, not for the one that is written for here.
    outsideFence(() => this.reachability.listeners.publishGivenBack(facts));
    return count;
  }

  #noteStored(trx: Queryable): void {
    const { chain } = this.#options;
    chain.markStored(trx);
    this.reachability.listeners.publishAudit(chain.appendedBy(trx));
  }

  #explained(error: unknown): unknown {
    return isUnavailable(error) ? explain(this.#options.opened.place, error) : error;
  }

  /** What time it is, and what another machine may have done: changed the master key, or moved the database away. */
  async #lookUp(trx: Queryable): Promise<void> {
    const asked = this.clock.moment();
    const { key_id, now, isMoved } = await trx
      .selectFrom('vega_vault')
      .select(['key_id', databaseNow(trx).as('now'), isMovedAway.as('isMoved')])
      .executeTakeFirstOrThrow();
    this.clock.note(now, asked);
    const { opened, masterKey } = this.#options;
    if (isMoved === 1) await refuseMoved(trx, opened.place);
    const { vault } = this.#format;
    if (key_id === vault.keyId) return;
    this.changeFormat({ vault: (await openVault(opened.place, trx, masterKey)).withKeysOf(vault) });
  }
}

/** Notes the facts of what is replayed. */
const noting = function* (spilled: Iterable<Spilled>, facts: Fact[]): Iterable<Spilled> {
  for (const one of spilled)
    yield {
      ...one,
      changes: () => {
        const changes = one.changes();
        facts.push(...changes.filter(isFact));
        return changes;
      },
    };
};

/** Waiting helps, or a repair of a table does. */
const isPassing = (error: unknown): boolean =>
  isUnavailable(error) ||
  isContended(error) ||
  isRefused(error) ||
  [NO_ANSWER, MASTER_KEY_CHANGED].includes(databaseCode(error));

const NO_ANSWER = 'ETIMEDOUT';

/** Gives up a server that does not answer. What it does after all is found when the same is replayed. */
const answered = async (writing: Promise<void>, milliseconds: number): Promise<void> => {
  const isGivenUp = new AbortController();
  const late = delay(milliseconds, undefined, { signal: isGivenUp.signal }).then(
    () => {
      throw Object.assign(new Error('The server does not answer.'), { code: NO_ANSWER });
    },
    () => undefined,
  );
  try {
    await Promise.race([writing, late]);
  } finally {
    isGivenUp.abort();
  }
};
