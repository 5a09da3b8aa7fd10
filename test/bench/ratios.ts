import { availableParallelism, cpus } from 'node:os';

/** One figure of a benchmark: a ratio, or a count that has a limit. */
export interface Ratio {
  readonly what: string;
  readonly value: number;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

/** What one unit costs when there are more and more of them. */
export interface Growth {
  readonly what: string;
  /** What there are more of. */
  readonly of: string;
  /** How many there are, and what one costs then. */
  readonly costs: readonly (readonly [count: number, cost: number])[];
  /** Of a cost. */
  readonly unit: string;
}

/** What a benchmark hands to the run of all of them. */
export interface Figures {
  readonly ratios: readonly Ratio[];
  readonly growth: readonly Growth[];
}

export const atMost = (what: string, value: number, limit: number): Ratio => ({
  what,
  value,
  bound: 'at most',
  limit,
});

export const atLeast = (what: string, value: number, limit: number): Ratio => ({
  what,
  value,
  bound: 'at least',
  limit,
});

/** What could not be measured is neither met nor missed. */
export const isMissed = ({ value, bound, limit }: Ratio): boolean =>
  bound === 'at most' ? value > limit : value < limit;

export const figureOf = ({ value }: Ratio): string =>
  Number.isNaN(value) ? 'not measured' : value.toFixed(2);

export const lineOf = (ratio: Ratio): string => {
  const { what, bound, limit } = ratio;
  return `${what.padEnd(60)}${figureOf(ratio).padStart(9)}  ${bound} ${limit}${isMissed(ratio) ? '  MISSED' : ''}`;
};

/** Shows a benchmark to whoever runs it alone, and hands its figures to the run of all of them. */
export const tell = (
  lines: readonly string[],
  ratios: readonly Ratio[],
  growth: readonly Growth[] = [],
): void => {
  process.stdout.write(`${[...lines, '', ...ratios.map(lineOf), ...growth.map(growthOf)].join('\n')}\n`);
  process.send?.({ ratios, growth } satisfies Figures);
};

export const costsOf = ({ costs, unit }: Growth): string =>
  costs.map(([count, cost]) => `${cost.toFixed(cost < 10 ? 1 : 0)} ${unit} at ${count}`).join(', ');

export const growthOf = (growth: Growth): string => `${growth.what}: ${costsOf(growth)} ${growth.of}`;

export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

export const processor = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores`;

export const machine = (): string => `${processor()}, Node ${process.version}`;
