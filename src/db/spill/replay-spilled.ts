import { type Change, readChanges } from '../change.ts';
import type { Queryable } from '../queryable.ts';
import { spillPlace, type Vault } from '../secrets/vault.ts';
import type { OrphanSpill } from './orphan-spills.ts';
import { type Replayer, replay } from './replay.ts';

export interface Spilled {
  readonly spill: string;
  readonly number: number;
  /** Unseals it, not before its turn. */
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
 * Replays spilled transactions within the caller's transaction, which also records how far each spill was replayed: a
 * spill file that a killed process did not remove is not replayed twice. Answers how many were replayed.
 */
export const replaySpilled = async (
  trx: Queryable,
  spilled: Iterable<Spilled>,
  replayer: Replayer,
): Promise<number> => {
  const replayed = new Map(
    (await trx.selectFrom('vega_spills').selectAll().execute()).map(({ spill, last }) => [spill, last]),
  );
  const pending = [...spilled].filter(({ spill, number }) => number > (replayed.get(spill) ?? 0));
  const changes = function* () {
    for (const each of pending) yield each.changes();
  };
  await replay(trx, changes(), replayer);
  const furthest = new Map(pending.map(({ spill, number }) => [spill, number]));
  for (const [spill, last] of furthest)
    await trx
      .insertInto('vega_spills')
      .values({ spill, last })
      .onConflict((conflict) => conflict.column('spill').doUpdateSet({ last }))
      .execute();
  return pending.length;
};
