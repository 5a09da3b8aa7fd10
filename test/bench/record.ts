import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { costsOf, type Figures, figureOf, isMissed } from './ratios.ts';

const README = path.resolve(import.meta.dirname, '../../README.md');
const TABLES = ['measurements', 'growth'] as const;

/** The figures of one benchmark, and where and when they were measured. */
export interface Run {
  readonly name: string;
  readonly figures: Figures;
  readonly place: string;
}

/** Puts runs into the tables of the README; the rows of other benchmarks stay as they are. */
export const record = (runs: readonly Run[], order: readonly string[]): void => {
  const rows = {
    measurements: runs.flatMap(({ name, figures, place }) =>
      figures.ratios.map((ratio) => {
        const limit = `${ratio.bound} ${ratio.limit}`;
        const kept = Number.isNaN(ratio.value) ? '–' : isMissed(ratio) ? '**missed**' : 'kept';
        return `| ${[name, ratio.what, figureOf(ratio), limit, kept, place].join(' | ')} |`;
      }),
    ),
    growth: runs.flatMap(({ name, figures, place }) =>
      figures.growth.map(
        (growth) => `| ${[name, growth.what, growth.of, costsOf(growth), place].join(' | ')} |`,
      ),
    ),
  };
  let readme = readFileSync(README, 'utf8');
  for (const table of TABLES) readme = withRows(readme, { table, rows: rows[table], runs, order });
  writeFileSync(README, readme);
};

interface Change {
  readonly table: (typeof TABLES)[number];
  readonly rows: readonly string[];
  readonly runs: readonly Run[];
  readonly order: readonly string[];
}

const withRows = (readme: string, { table, rows, runs, order }: Change): string => {
  const [begin, end] = [`<!-- ${table} -->\n`, `<!-- end of ${table} -->`];
  const [from, to] = [readme.indexOf(begin) + begin.length, readme.indexOf(end)];
  if (from < begin.length || to < from) throw new Error(`README.md has no table of the ${table}.`);
  const [head = '', rule = '', ...old] = readme.slice(from, to).trimEnd().split('\n');
  const nameOf = (row: string): string => row.split(' | ')[0]?.replace('| ', '') ?? '';
  const others = old.filter((row) => runs.every(({ name }) => name !== nameOf(row)));
  const all = [...others, ...rows].filter((row) => order.includes(nameOf(row)));
  all.sort((one, other) => order.indexOf(nameOf(one)) - order.indexOf(nameOf(other)));
  return `${readme.slice(0, from)}${[head, rule, ...all].join('\n')}\n${readme.slice(to)}`;
};
