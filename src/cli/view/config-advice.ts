import type { ConfigError, ConfigProblem } from '../../config.ts';

/** Whether `init` asks for what is missing: it asks for the account, and leaves every other setting as it is. */
const isAskedFor = ({ variable, message }: ConfigProblem): boolean =>
  variable.startsWith('UPSTOX_') && message.startsWith('is missing');

const THE_REST = 'Correct it in the environment or in .env: docs/operations.md lists every setting.';

/** A `ConfigError` by its shape: importing its class would load what reads the configuration. */
export const configErrorIn = (error: unknown): Pick<ConfigError, 'problems' | 'unknown'> | null =>
  error instanceof Error && error.name === 'ConfigError' ? (error as ConfigError) : null;

/** What to do about a mistake of the configuration. */
export const adviceFor = (problem: ConfigProblem): string =>
  isAskedFor(problem)
    ? 'Set it in the environment or in .env, or run `vega-auth init`, which asks for it.'
    : THE_REST;

/** What to do about all of them. */
export const adviceForAll = (problems: readonly ConfigProblem[]): string =>
  problems.some(isAskedFor)
    ? 'Set these variables in the environment or in .env, or run `vega-auth init`, which asks for them; nothing was started.'
    : 'Correct these in the environment or in .env: docs/operations.md lists every setting. Nothing was started.';
