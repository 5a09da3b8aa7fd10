import { availableParallelism, cpus, release } from 'node:os';

/** One figure of a benchmark: a ratio, or a count that has a limit. */
export interface Ratio {
  readonly what: string;
  readonly value: number;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
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

export const lineOf = (ratio: Ratio): string => {
  const { what, value, bound, limit } = ratio;
  const figure = Number.isNaN(value) ? 'not measured' : value.toFixed(2);
  return `${what.padEnd(60)}${figure.padStart(9)}  ${bound} ${limit}${isMissed(ratio) ? '  MISSED' : ''}`;
};

/** Shows a benchmark to whoever runs it alone, and hands its figures to the run of all of them. */
export const tell = (lines: readonly string[], ratios: readonly Ratio[]): void => {
  process.stdout.write(`${[...lines, '', ...ratios.map(lineOf)].join('\n')}\n`);
  process.send?.(ratios);
};

export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, Linux ${release()}, Node ${process.version}`;
