import type { CompiledQuery } from 'kysely';
import type { Change } from '../change.ts';
import type { Queryable } from '../queryable.ts';

type Statement = Extract<Change, { kind: 'STATEMENT' }>;

/** Writes down what the transaction under way changes. */
export class Journal {
  #changes: Change[] = [];
  #isKept = false;
  #isMuted = false;

  /** What was noted is forgotten, and nothing is noted until somebody keeps it: there are tokens among the parameters. */
  clear(): void {
    this.#changes = [];
    this.#isKept = false;
    this.#isMuted = false;
  }

  keep(): void {
    this.#isKept = true;
  }

  /** A statement was executed; one that only reads is not kept. */
  note({ sql, parameters, query }: CompiledQuery): void {
    if (
      !this.#isKept ||
      this.#isMuted ||
      query.kind === 'SelectQueryNode' ||
      /^\s*(select|pragma|begin|commit)\b/i.test(sql)
    )
      return;
    this.#changes.push({ kind: 'STATEMENT', sql, parameters: parameters as Statement['parameters'] });
  }

  /** Keeps the change in place of the statements that `work` needs for it. */
  async asOne<Result>(change: Change, work: () => Promise<Result>): Promise<Result> {
    this.#isMuted = true;
    try {
      return await work();
    } finally {
      this.#isMuted = false;
      if (this.#isKept) this.#changes.push(change);
    }
  }

  /** What has been changed since the begin. It is not kept here any longer. */
  take(): readonly Change[] {
    const changes = this.#changes;
    this.clear();
    return changes;
  }
}

const journals = new WeakMap<Queryable, Journal>();

export const keepJournal = (transaction: Queryable, journal: Journal): void => {
  journal.keep();
  journals.set(transaction, journal);
};

/** Does `work` as one change of the transaction's journal, where it has one. */
export const asOneChange = <Result>(
  transaction: Queryable,
  change: Change,
  work: () => Promise<Result>,
): Promise<Result> => journals.get(transaction)?.asOne(change, work) ?? work();
