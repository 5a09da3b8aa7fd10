import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A listing or an example of the user's, letter by letter. */
export const seed = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8');

/** An example of an answer or a request. */
// biome-ignore lint/suspicious/noExplicitAny: examples are asserted on, not computed with
export const example = (name: string): any => JSON.parse(seed(`${name}.json`));

/** The shape of a value: names and kinds, as deep as they go. */
export const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
};
