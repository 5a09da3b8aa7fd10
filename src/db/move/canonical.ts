import { fromText, toWallTime } from '../../domain/wall-time.ts';
import { DatabaseError } from '../database-error.ts';
import type { MovedColumn, MovedTable } from './structure.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** A value that its column cannot hold in the other database. */
export class UnfitValue extends DatabaseError {
  constructor(place: string, table: MovedTable, row: Row, column: string, why: string) {
    const key = table.key.map((name) => `${name} = ${String(row[name])}`).join(', ');
    super(
      place,
      `${table.name}.${column} of the row ${key} in ${place} ${why}. Correct the row, and try again. Nothing was moved.`,
    );
    this.name = 'UnfitValue';
  }
}

export interface Reading {
  /** How messages name the database that the row is from. */
  readonly place: string;
  /** Of the wall times in it. */
  readonly zone: string;
}

/** The values of a row in the order of the columns, the same ones whichever of the databases they were read from. */
export const canonicalRow = (table: MovedTable, row: Row, reading: Reading): readonly Value[] =>
  table.columns.map((column) => {
    const value = canonical(column, row[column.name] ?? null, reading);
    if (value === undefined)
      throw new UnfitValue(
        ...([reading.place, table, row, column.name] as const),
        `is no ${WORDS[column.kind]}`,
      );
    if (value === null && column.isRequired)
      throw new UnfitValue(...([reading.place, table, row, column.name] as const), 'is empty');
    return value;
  });

const WORDS: Readonly<Record<MovedColumn['kind'], string>> = {
  INTEGER: 'whole number',
  REAL: 'number',
  TEXT: 'text',
  BOOLEAN: 'yes or no (1 or 0)',
  TIME: 'time',
};

/** Undefined for what the column cannot hold. */
const canonical = ({ kind }: MovedColumn, value: unknown, { zone }: Reading): Value | undefined => {
  if (value === null) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  switch (kind) {
    // Adding 0 makes 0 of -0.
    case 'INTEGER':
      return typeof value === 'number' && Number.isSafeInteger(value) ? value + 0 : undefined;
    case 'REAL':
      return typeof value === 'number' && Number.isFinite(value) ? value + 0 : undefined;
    case 'TEXT':
      // PostgreSQL has no NUL in its texts.
      return String(value).replaceAll('\0', '\u{fffd}');
    case 'BOOLEAN':
      return BOOLEANS.get(String(value).toLowerCase());
    case 'TIME':
      return toTime(String(value), zone);
  }
};

const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ['1', 1],
  ['true', 1],
  ['0', 0],
  ['false', 0],
]);

const PLAIN = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?$/;

/** A wall time as PostgreSQL writes it; one with a zone, or a number since 1970, becomes one of the database's zone. */
const toTime = (text: string, zone: string): string | undefined => {
  const instant = fromText(text, zone);
  if (instant === null) return undefined;
  const [, date, minutes, seconds = '00', fraction = ''] = PLAIN.exec(text.trim()) ?? [];
  if (date === undefined) return toWallTime(instant, zone);
  const part = fraction.replace(/0+$/, '');
  return `${date} ${minutes}:${seconds}${part === '' ? '' : `.${part}`}`;
};
