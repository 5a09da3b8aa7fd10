import { z } from 'zod';
import { isQuoted } from '../domain/account/app-key.ts';

/** Environment variables, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** One mistake in the environment. Never holds the variable's value. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

export interface Reading<Value> {
  readonly value: Value;
  readonly problems: readonly ConfigProblem[];
}

/** A text that must be there and must pass `accepts`; `shape` says in words what it should be. */
export const text = (shape: string, accepts: (value: string) => boolean = () => true) =>
  z
    .string({ error: `is missing; it should be ${shape}` })
    .trim()
    .refine((value) => !isQuoted(value), {
      error: 'has quotes around it, which are part of the value here; write it without them',
      abort: true,
    })
    .refine(accepts, { error: `should be ${shape}` });

/** The issues of a parse, under the names of their variables. */
export const problemsOf = (
  error: z.ZodError | undefined,
  variableOf: (key: string) => string = (key) => key,
): ConfigProblem[] =>
  (error?.issues ?? []).map(({ path, message }) => ({ variable: variableOf(String(path[0])), message }));
