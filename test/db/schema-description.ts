/** A table, however its database describes it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  readonly foreignKeys: readonly string[];
  readonly checks: readonly string[];
  readonly indexes: readonly Index[];
}

export interface Column {
  readonly name: string;
  /** `integer`, `real`, `text`, `boolean` or `timestamp`; anything else as the database says it. */
  readonly type: string;
  readonly isNullable: boolean;
  readonly default: string | null;
  /** The database counts it up. */
  readonly isNumbered: boolean;
}

export interface Index {
  /** Null for that of a unique constraint. */
  readonly name: string | null;
  readonly isUnique: boolean;
  /** Columns and expressions. */
  readonly parts: readonly string[];
  readonly predicate: string | null;
}

/** What stands in one of the two only; empty where they are equal. */
export const differences = (sqlite: readonly Table[], postgres: readonly Table[]): readonly string[] => {
  const [ours, theirs] = [sqlite.flatMap(linesOf), postgres.flatMap(linesOf)];
  return [
    ...ours.filter((line) => !theirs.includes(line)).map((line) => `only SQLite: ${line}`),
    ...theirs.filter((line) => !ours.includes(line)).map((line) => `only PostgreSQL: ${line}`),
  ];
};

const linesOf = ({ name, columns, key, foreignKeys, checks, indexes }: Table): readonly string[] => [
  `${name} (${columns.map((column) => column.name).join(', ')})`,
  ...columns.map((column) => `${name}.${column.name} ${typeOf(column)}`),
  `${name} primary key (${key.join(', ')})`,
  ...foreignKeys.map((foreignKey) => `${name} ${foreignKey}`),
  ...checks.map((check) => `${name} check ${check}`),
  ...indexes.map((index) => `${name} ${describe(index)}`),
];

const typeOf = ({ type, isNullable, default: value }: Column): string =>
  `${type}${isNullable ? '' : ' not null'}${value === null ? '' : ` default ${value}`}`;

const describe = ({ name, isUnique, parts, predicate }: Index): string => {
  const kind = [isUnique ? 'unique' : '', name === null ? '' : `index ${name}`].filter((word) => word !== '');
  return `${kind.join(' ')} (${parts.join(', ')})${predicate === null ? '' : ` where ${predicate}`}`;
};

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(?:integer|bigint)$/i, 'integer'],
  [/^(?:real|double precision)$/i, 'real'],
  // SQLite does not hold values to a length, PostgreSQL does: there it has to be reported.
  [/^(?:text|varchar\(\d+\)|character varying)$/i, 'text'],
  [/^timestamp(?: without time zone)?$/i, 'timestamp'],
];

export const typeClass = (declared: string): string =>
  TYPES.find(([pattern]) => pattern.test(declared))?.[1] ?? declared;

/** One spelling of an expression: without casts, quotes and brackets around the whole; literals stay as they are. */
export const normalised = (expression: string): string => {
  const plain = expression
    .replaceAll(/'[^']*'|[^']+/g, (part) => (part.startsWith("'") ? part : spelledOneWay(part)))
    .trim();
  const inner = plain.startsWith('(') ? enclosed(plain) : null;
  return inner !== null && inner.length === plain.length - 2 ? normalised(inner) : plain;
};

const spelledOneWay = (part: string): string =>
  part
    .toLowerCase()
    .replaceAll(/::(?:character varying|[a-z_]+)/g, '')
    .replaceAll('"', '')
    .replaceAll(/\s+/g, ' ');

/** What the first pair of brackets encloses. */
export const enclosed = (text: string): string => {
  const start = text.indexOf('(');
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(start + 1, at);
  }
  throw new Error(`brackets are not closed: ${text}`);
};

/** The parts between commas that no brackets enclose. */
export const splitList = (list: string): readonly string[] => {
  const parts = [''];
  let depth = 0;
  for (const letter of list) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
};
