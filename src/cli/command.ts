import type { Env } from '../config.ts';

/** What a command is given: the outside world, so that a test can be one. */
export interface Terminal {
  readonly env: Env;
  readonly workingDirectory: string;
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly err: NodeJS.WritableStream;
  /** Ends when the user presses Ctrl-C or the system asks the program to stop. */
  readonly signal: AbortSignal;
}

/** Exit codes, the same for every command. */
export const EXIT = { ALL_VALID: 0, SOME_MISSING: 1, OPERATOR_NEEDED: 2, FATAL: 3 } as const;

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly {
    readonly flags: string;
    readonly description: string;
    readonly choices?: readonly string[];
  }[];
  /** Answers the exit code. */
  run(terminal: Terminal, options: Readonly<Record<string, string>>): Promise<number>;
}
