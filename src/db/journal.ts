import type { CompiledQuery } from 'kysely';
import type { Change } from './change.ts';
import type { Queryable } from './queryable.ts';

type Statement = Extract<Change, { kind: 'STATEMENT' }>;

export class Journal {
  #changes: Change[] = [];
  #isKept = false;
  #isMuted = false;

  /** Forgets the changes, and records none until `keep`, because parameters may be tokens. */
  clear(): void {
    this.#changes = [];
    this.#isKept = false;
    this.#isMuted = false;
  }

  keep(): void {
    this.#isKept = true;
  }

  /** Records an executed statement, unless it only reads. */
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

  /** Records `change` in place of the statements of `work`, unless its result says that nothing was changed. */
  async asOne<Result>(
    change: Change,
    work: () => Promise<Result>,
    isChange: (result: Result) => boolean,
  ): Promise<Result> {
    this.#isMuted = true;
    let isKept = this.#isKept;
    try {
      const result = await work();
      isKept &&= isChange(result);
      return result;
    } finally {
      this.#isMuted = false;
      if (isKept) this.#changes.push(change);
    }
  }

  /** The recorded changes, which are forgotten here. */
  take(): readonly Change[] {
    const changes = this.#changes;
    this.clear();
    return changes;
  }
}

const journals = new WeakMap<Queryable, Journal>();

export const keepJournal = (trx: Queryable, journal: Journal): void => {
  journal.keep();
  journals.set(trx, journal);
};

/** Runs `work` as one change of the transaction's journal, where it has one and `isChange` accepts the result. */
export const asOneChange = <Result>(
  trx: Queryable,
  change: Change,
  work: () => Promise<Result>,
  isChange: (result: Result) => boolean = () => true,
): Promise<Result> => journals.get(trx)?.asOne(change, work, isChange) ?? work();
