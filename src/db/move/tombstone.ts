import { sql } from 'kysely';
import { IST, toWallTime } from '../../domain/wall-time.ts';
import { DatabaseError } from '../database-error.ts';
import { isSqlite } from '../engine.ts';
import type { Queryable } from '../queryable.ts';
import { RECORD } from '../schema/migration-record.ts';
import { type MovePlace, placeText } from './places.ts';

/** One move; a move that is begun again after a crash keeps its id. */
export interface Move {
  readonly id: string;
  readonly to: MovePlace;
  readonly begunAt: Date;
}

/** A database that is not to be used any more, or not until its move is over. */
export interface Tombstone extends Move {
  /** Null while it is not known whether everything has arrived. */
  readonly movedAt: Date | null;
}

/**
 * There as long as the database must not be used: nobody needs to read it to know that. Made by a move and not by a
 * migration, so that no database has it that was never moved.
 */
export const TOMBSTONE = 'vega_moved_away';
/** In the target: from which move its rows are. */
export const ARRIVAL = 'vega_moved_here';

/** Of PostgreSQL: whether there is a tombstone, for a query that is made anyway. */
export const isMovedAway = sql<number>`to_regclass(${TOMBSTONE}) is not null`;

/** The database was moved away, or is about to be. */
export class DatabaseMoved extends DatabaseError {
  readonly tombstone: Tombstone;

  constructor(place: string, tombstone: Tombstone) {
    super(place, sentenceOf(place, tombstone));
    this.name = 'DatabaseMoved';
    this.tombstone = tombstone;
  }
}

/** Throws a `DatabaseMoved` for a database that has a tombstone. `place` is how messages name the database. */
export const refuseMoved = async (db: Queryable, place: string): Promise<void> => {
  const tombstone = await readTombstone(db);
  if (tombstone !== null) throw new DatabaseMoved(place, tombstone);
};

export const readTombstone = async (db: Queryable): Promise<Tombstone | null> => {
  if (!(await hasTable(db, TOMBSTONE))) return null;
  const { rows } = await sql<TombstoneRow>`
    select id, engine, name, machine, begun_at, moved_at from ${sql.table(TOMBSTONE)}`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return {
    id: row.id,
    to: { engine: row.engine, name: row.name, machine: row.machine },
    begunAt: new Date(row.begun_at),
    movedAt: row.moved_at === null ? null : new Date(row.moved_at),
  };
};

/**
 * Says in the source that it is being moved: from the commit on nobody opens it. The row in the record of migrations is
 * for versions that know no tombstone: they refuse what a newer one has done.
 */
export const declareMove = async (trx: Queryable, { id, to, begunAt }: Move): Promise<void> => {
  await sql`
    create table ${sql.table(TOMBSTONE)} (
      id text not null, engine text not null, name text not null, machine text,
      begun_at bigint not null, moved_at bigint)`.execute(trx);
  await sql`
    insert into ${sql.table(TOMBSTONE)} (id, engine, name, machine, begun_at)
    values (${id}, ${to.engine}, ${to.name}, ${to.machine}, ${begunAt.getTime()})`.execute(trx);
  await sql`
    insert into ${sql.table(RECORD)} (name, timestamp)
    values (${recordOf(id)}, ${begunAt.toISOString()})`.execute(trx);
};

/** Nothing has arrived, and nothing will: the source is used on. */
export const withdrawMove = async (trx: Queryable, id: string): Promise<void> => {
  await sql`drop table ${sql.table(TOMBSTONE)}`.execute(trx);
  await sql`delete from ${sql.table(RECORD)} where name = ${recordOf(id)}`.execute(trx);
};

/** Everything has arrived. */
export const settleMove = async (trx: Queryable, at: Date): Promise<void> => {
  await sql`update ${sql.table(TOMBSTONE)} set moved_at = ${at.getTime()}`.execute(trx);
};

/** Says in the target, within the transaction of its rows, from which move they are. */
export const markArrival = async (trx: Queryable, { id }: Move, from: MovePlace, at: Date): Promise<void> => {
  await sql`
    create table if not exists ${sql.table(ARRIVAL)} (
      id text not null, engine text not null, name text not null, machine text, at bigint not null)`.execute(
    trx,
  );
  await sql`
    insert into ${sql.table(ARRIVAL)} (id, engine, name, machine, at)
    values (${id}, ${from.engine}, ${from.name}, ${from.machine}, ${at.getTime()})`.execute(trx);
};

/** Whether the rows of that move are in this database. */
export const hasArrived = async (db: Queryable, id: string): Promise<boolean> => {
  if (!(await hasTable(db, ARRIVAL))) return false;
  const { rows } = await sql`select 1 from ${sql.table(ARRIVAL)} where id = ${id}`.execute(db);
  return rows.length > 0;
};

export const hasTable = async (db: Queryable, name: string): Promise<boolean> => {
  const { rows } = await (isSqlite(db)
    ? sql`select 1 from sqlite_master where type = 'table' and name = ${name}`
    : sql`select 1 where to_regclass(${name}) is not null`
  ).execute(db);
  return rows.length > 0;
};

interface TombstoneRow {
  readonly id: string;
  readonly engine: MovePlace['engine'];
  readonly name: string;
  readonly machine: string | null;
  readonly begun_at: number | string;
  readonly moved_at: number | string | null;
}

const recordOf = (id: string): string => `moved-away-${id}`;

const sentenceOf = (place: string, { to, begunAt, movedAt }: Tombstone): string => {
  const where = placeText(to);
  if (movedAt === null)
    return `The database ${place} is being moved to ${where} since ${timeOf(begunAt)}, and is not used until that is over. Run the same \`vega-auth migrate\` again (--to ${to.name}): it finishes the move, or does it anew. Nothing was changed.`;
  const use =
    to.engine === 'POSTGRES'
      ? `Set VEGA_DATABASE_URL to it. To come back, run \`vega-auth migrate --from ${to.name} --to\` with the path of a new file.`
      : `Set VEGA_DB_PATH=${to.name} there, and take VEGA_DATABASE_URL out of the settings. To come back, run \`vega-auth migrate --to\` with the address of a new database.`;
  return `The database ${place} was moved to ${where} at ${timeOf(movedAt)}, and is not used any more. ${use} Nothing was changed.`;
};

const timeOf = (at: Date): string => `${toWallTime(at, IST)} IST`;
