import { randomInt } from 'node:crypto';

const TRIES_ALL = process.env.VEGA_ALL_FAULTS === '1';

/** How often what differs by chance alone is tried; VEGA_ALL_FAULTS=1 tries it `all` times and takes its time. */
export const repetitions = (usual: number, all: number): number => (TRIES_ALL ? all : usual);

/**
 * `few` of the cases, others in each run, in their order: what is tried in one run in three of many is still tried every day.
 * VEGA_ALL_FAULTS=1 tries all of them. A case that failed is named by its test.
 */
export const drawn = <Case>(cases: readonly Case[], few: number): readonly Case[] => {
  if (TRIES_ALL) return cases;
  const left = cases.map((_case, index) => index);
  while (left.length > few) left.splice(randomInt(left.length), 1);
  return cases.filter((_case, index) => left.includes(index));
};
