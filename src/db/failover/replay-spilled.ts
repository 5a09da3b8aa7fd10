import { type Change, readChanges } from '../change.ts';
import type { Queryable } from '../queryable.ts';
import { spillPlace, type Vault } from '../secrets/vault.ts';
import type { OrphanSpill } from './orphan-spills.ts';
import { type Replayer, replay } from './replay.ts';

/** A transaction of a spill. */
export interface Spilled {
  readonly spill: string;
  readonly number: number;
  /** Opens it; what is sealed stays sealed until its turn has come. */
  readonly changes: () => readonly Change[];
}

/** The transactions of a spill of an earlier process. */
export const spilledIn = ({ transactions }: OrphanSpill, vault: Vault): readonly Spilled[] =>
  transactions.map(({ spill, number, sealed }) => ({
    spill,
    number,
    changes: () => readChanges(vault.open(sealed, spillPlace(spill, number)).reveal()),
  }));

/**
 * Replays transactions of spills in the caller's transaction, each of them once ever: the same transaction records how
 * far every spill has been replayed. A process that ends before it has removed the file would otherwise put an earlier
 * state in the place of a later one at the next start. Answers how many were replayed.
 */
export const replaySpilled = async (
  transaction: Queryable,
  spilled: Iterable<Spilled>,
  replayer: Replayer,
): Promise<number> => {
  const replayed = new Map(
    (await transaction.selectFrom('vega_spills').selectAll().execute()).map(({ spill, last }) => [
      spill,
      last,
    ]),
  );
  const pending = [...spilled].filter(({ spill, number }) => number > (replayed.get(spill) ?? 0));
  const changes = function* () {
    for (const each of pending) yield each.changes();
  };
  await replay(transaction, changes(), replayer);
  const furthest = new Map(pending.map(({ spill, number }) => [spill, number]));
  for (const [spill, last] of furthest)
    await transaction
      .insertInto('vega_spills')
      .values({ spill, last })
      .onConflict((conflict) => conflict.column('spill').doUpdateSet({ last }))
      .execute();
  return pending.length;
};
