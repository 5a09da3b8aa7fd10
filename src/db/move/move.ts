import { randomUUID } from 'node:crypto';
import { type AuditVerification, toAuditEntry } from '../../domain/events/audit.ts';
import { findLastLink } from '../audit/audit-chain.ts';
import { verifyChain } from '../audit/audit-entries.ts';
import { DatabaseError, DatabaseUnavailable } from '../database-error.ts';
import { isSqlite } from '../engine.ts';
import type { Queryable } from '../queryable.ts';
import { ArrivalUnknown, type MoveSource, type MoveTarget } from './ends.ts';
import { findLeftOut } from './left-out.ts';
import { type MovePlace, placeText } from './places.ts';
import { readStructure } from './structure.ts';
import { type Move, markArrival } from './tombstone.ts';
import { copyTables, verifyCopy } from './transfer.ts';

/** What a move has done, in order. After each of them it may end without losing anything. */
export const MOVE_STAGES = [
  ...(['CHECKED', 'BACKED_UP', 'DECLARED', 'COPYING', 'COPIED', 'VERIFIED', 'ARRIVED', 'SETTLED'] as const),
] as const;
type MoveStage = (typeof MOVE_STAGES)[number];

export interface MoveProgress {
  readonly stage: MoveStage;
  /** While copying: the table, how many of its rows are copied, and whether these are all. */
  readonly table?: string;
  readonly rows?: number;
  readonly isWhole?: boolean;
}

export interface MoveOptions {
  /** The zone of the wall times in both databases. */
  readonly zone: string;
  readonly clock: () => Date;
  readonly onProgress?: (progress: MoveProgress) => void;
  /** Ends the move as long as nothing has arrived. */
  readonly signal?: AbortSignal;
}

export interface Moved {
  readonly from: MovePlace;
  readonly to: MovePlace;
  /** Null where the engine's own tools make it. */
  readonly backup: string | null;
  /** How many rows of each table were carried over; null where an earlier process had done it. */
  readonly tables: Readonly<Record<string, number>> | null;
  /** Tables and columns of other programs, which stay where they are. */
  readonly leftOut: readonly string[];
  /** The same before and after; null where an earlier process had compared it. */
  readonly audit: AuditVerification | null;
}

/**
 * Carries every row over in one transaction of the target, and leaves a tombstone in the source. The tombstone comes
 * first, so that at no moment both can be used; a move that was cut off is finished by another one to the same place.
 */
export const moveDatabase = async (
  source: MoveSource,
  target: MoveTarget,
  options: MoveOptions,
): Promise<Moved> => {
  const { clock, onProgress = () => undefined } = options;
  const from = source.place.name;
  await source.refuseUse();
  onProgress({ stage: 'CHECKED' });
  const backup = source.unfinished === null ? await source.backUp() : null;
  onProgress({ stage: 'BACKED_UP' });
  refuseStopped(options, from);
  const move = source.unfinished ?? { id: randomUUID(), to: target.place, begunAt: clock() };
  if (source.unfinished === null) await source.declare(move);
  onProgress({ stage: 'DECLARED' });
  const copied = await transfer(source, target, move, options);
  onProgress({ stage: 'ARRIVED' });
  await settle(source, target, clock());
  onProgress({ stage: 'SETTLED' });
  return { from: source.place, to: target.place, backup, ...copied };
};

type Copied = Pick<Moved, 'tables' | 'leftOut' | 'audit'>;

const NOTHING: Copied = { tables: null, leftOut: [], audit: null };

const transfer = async (
  source: MoveSource,
  target: MoveTarget,
  move: Move,
  options: MoveOptions,
): Promise<Copied> => {
  let copied = NOTHING;
  // What an earlier process has sent may be there as long as the target has not said that it is not.
  let isAbsent = source.unfinished === null;
  try {
    // Before the transaction: a server ends one that waits for long.
    const audit = await verifyChain(source.db, source.chain);
    await target.receive(move, source.auditKey, async (trx) => {
      isAbsent = true;
      copied = await copyAll(source, audit, trx, move, options);
      return findLastLink(trx);
    });
    return copied;
  } catch (error) {
    // Where the source cannot be written either, the next move finds the tombstone.
    if (isAbsent && !(error instanceof ArrivalUnknown)) await source.withdraw(move.id).catch(() => undefined);
    throw explained(error, source, target, isAbsent);
  }
};

const explained = (
  error: unknown,
  { place }: MoveSource,
  target: MoveTarget,
  isAbsent: boolean,
): DatabaseError => {
  // That a server is gone does not say what has become of the move.
  if (error instanceof DatabaseError && !(error instanceof DatabaseUnavailable)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const reason = /[.?!]$/.test(message) ? message : `${message}.`;
  return new DatabaseError(
    place.name,
    `The move of ${place.name} to ${target.place.name} failed: ${reason} ${isAbsent ? 'Nothing has arrived. ' : ''}Mend the cause, and run the same \`vega-auth migrate\` again.`,
    { cause: error },
  );
};

const copyAll = async (
  { db, chain, place }: MoveSource,
  audit: AuditVerification,
  trx: Queryable,
  move: Move,
  { zone, clock, onProgress = () => undefined, ...stop }: MoveOptions,
): Promise<Copied> => {
  const origin = { db, chain, audit, reading: { place: place.name, zone } };
  const structure = await readStructure(isSqlite(db) ? trx : db);
  const contents = await copyTables(origin, trx, structure, {
    onBatch: (table, rows) => {
      refuseStopped(stop, place.name);
      onProgress({ stage: 'COPYING', table, rows, isWhole: false });
    },
    onTable: (table, rows) => onProgress({ stage: 'COPYING', table, rows, isWhole: true }),
  });
  onProgress({ stage: 'COPIED' });
  await verifyCopy(origin, trx, structure, contents);
  refuseStopped(stop, place.name);
  const now = clock();
  const facts = { from: placeText(place), to: placeText(move.to) };
  await chain.append(trx, toAuditEntry('DATABASE_MOVED', facts, {}, move.id, now));
  await markArrival(trx, move, place, now);
  onProgress({ stage: 'VERIFIED' });
  const tables = Object.fromEntries([...contents].map(([table, { rows }]) => [table, rows]));
  return { tables, leftOut: await findLeftOut(db, structure), audit };
};

const settle = async (source: MoveSource, target: MoveTarget, at: Date): Promise<void> => {
  try {
    await source.settle(at);
  } catch (error) {
    const { name } = source.place;
    throw new DatabaseError(
      name,
      `Everything has arrived in ${target.place.name}, and ${name} could not be told so. It is not used any more; run the same \`vega-auth migrate\` again.`,
      { cause: error },
    );
  }
};

const refuseStopped = ({ signal }: Pick<MoveOptions, 'signal'>, place: string): void => {
  if (signal?.aborted === true) throw new DatabaseError(place, 'The move was stopped. Nothing was moved.');
};
