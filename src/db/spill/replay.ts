import { setImmediate as breathe } from 'node:timers/promises';
import { CompiledQuery, sql } from 'kysely';
import type { Change, Maker } from '../change.ts';
import { replayToken } from '../queries/token-replacement.ts';
import type { Queryable } from '../queryable.ts';
import { type FactReplayer, replayFact } from './replay-fact.ts';

/** Transactions replayed between two turns of the event loop. */
const BREATH = 10;

export interface Replayer extends FactReplayer {
  /** The database can be written, and does not take what is replayed. */
  readonly isMisfit: (error: unknown) => boolean;
}

/**
 * Replays transactions in order within the caller's transaction. One whose statements fail, because it was committed
 * before, an older database was restored or a table refuses it, is replayed without them; tokens and audit entries are
 * never left out.
 */
export const replay = async (
  trx: Queryable,
  transactions: Iterable<readonly Change[]>,
  replayer: Replayer,
): Promise<void> => {
  let count = 0;
  for (const changes of transactions) {
    count += 1;
    if (count % BREATH === 0) await breathe();
    await sql`savepoint one_transaction`.execute(trx);
    await applyWhatFits(trx, waysToApply(changes), replayer);
    await sql`release savepoint one_transaction`.execute(trx);
  }
};

type Changes = readonly Change[];

/** The whole; without the table that only other programs read; only what must not be lost. */
const waysToApply = (changes: Changes): readonly [Changes, ...Changes[]] => [
  changes,
  changes.filter((change) => change.kind !== 'STATEMENT' || !change.sql.includes('"token_execution_state"')),
  changes.filter(({ kind }) => kind !== 'STATEMENT' && kind !== 'RUN'),
];

const applyWhatFits = async (
  trx: Queryable,
  [changes, ...others]: readonly [Changes, ...Changes[]],
  replayer: Replayer,
): Promise<void> => {
  try {
    await apply(trx, changes, replayer);
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !replayer.isMisfit(error)) throw error;
    await sql`rollback to savepoint one_transaction`.execute(trx);
    await applyWhatFits(trx, [next, ...rest], replayer);
  }
};

const apply = async (trx: Queryable, changes: readonly Change[], replayer: Replayer): Promise<void> => {
  let maker: Maker | null = null;
  for (const change of changes) {
    switch (change.kind) {
      case 'TOKEN':
        await replayToken(trx, change.replacement, replayer.format);
        break;
      case 'STATEMENT':
        await trx.executeQuery(CompiledQuery.raw(change.sql, [...change.parameters]));
        break;
      case 'MAKER':
        maker = change;
        break;
      default:
        await replayFact(trx, change, maker, replayer);
    }
  }
};
