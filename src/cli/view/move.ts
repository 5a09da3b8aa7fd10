import { visible } from './visible.ts';

interface Progress {
  readonly stage: string;
  readonly table?: string;
  readonly rows?: number;
  readonly isWhole?: boolean;
}

interface Place {
  readonly engine: 'SQLITE' | 'POSTGRES';
  readonly name: string;
}

interface Moved {
  readonly from: Place;
  readonly to: Place;
  readonly backup: string | null;
  readonly tables: Readonly<Record<string, number>> | null;
  readonly leftOut: readonly string[];
  readonly audit: { readonly valid: boolean; readonly reason: string | null } | null;
}

/** What is said while the database is carried over; nothing for what takes no time. */
export const progressLine = ({ stage, table = '', rows = 0, isWhole }: Progress): readonly string[] => {
  if (stage === 'COPYING' && isWhole === true) return [`  ${table.padEnd(28)} ${countOf(rows).padStart(9)}`];
  if (stage === 'COPIED') return ['Everything is copied. It is read again and compared.'];
  return [];
};

/** What was carried over, and what to do next. */
export const movedLines = ({ from, to, backup, tables, leftOut, audit }: Moved): readonly string[] => [
  tables === null
    ? `Everything had arrived in ${visible(to.name)} already.`
    : `${countOf(sum(tables))} rows of ${Object.keys(tables).length} tables are in ${visible(to.name)}, and were compared.`,
  ...(backup === null ? [] : [`A backup of ${visible(from.name)} is ${visible(backup)}.`]),
  ...(audit?.valid === false
    ? [`The audit log was not whole before, and is as it was: ${visible(audit.reason ?? '')}`]
    : []),
  ...(leftOut.length === 0
    ? []
    : [`Not carried over, because vega-auth has not made it: ${leftOut.map(visible).join(', ')}.`]),
  `${visible(from.name)} is not used any more. ${nextOf(to)}`,
];

const nextOf = ({ engine, name }: Place): string =>
  engine === 'POSTGRES'
    ? 'Set VEGA_DATABASE_URL to the new one, keep .vega/master.key, and start `vega-auth serve`, and `vega-auth work` where a browser is: it logs in.'
    : `Set VEGA_DB_PATH=${visible(name)}, take out VEGA_DATABASE_URL, and start vega-auth.`;

const sum = (tables: Readonly<Record<string, number>>): number =>
  Object.values(tables).reduce((total, rows) => total + rows, 0);

const countOf = (rows: number): string => rows.toLocaleString('en-US');
