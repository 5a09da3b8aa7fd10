import { randomInt } from 'node:crypto';
import fc from 'fast-check';

const TRIES_ALL = process.env.VEGA_ALL_FAULTS === '1';
/** The same when a test is tried again, which has to meet the case that failed; VEGA_FUZZ_SEED gives that of another run. */
export const SEED = Number(process.env.VEGA_FUZZ_SEED ?? randomInt(2 ** 31));

/** How often what differs by chance alone is tried; VEGA_ALL_FAULTS=1 tries it `all` times and takes its time. */
export const repetitions = (usual: number, all: number): number => (TRIES_ALL ? all : usual);

/** `few` of the cases in their order, others in each run; VEGA_ALL_FAULTS=1 tries all of them. */
export const drawn = <Case>(cases: readonly Case[], few: number): readonly Case[] => {
  if (TRIES_ALL) return cases;
  const some = fc.subarray([...cases], { minLength: few, maxLength: few });
  return fc.sample(some, { seed: SEED, numRuns: 1 })[0] ?? [];
};
