import type { Env } from '../config.ts';

/** What a command is given: the outside world, so that a test can be one. */
export interface Terminal {
  readonly env: Env;
  readonly workingDirectory: string;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Ends when the user presses Ctrl-C or the system asks the program to stop. */
  readonly signal: AbortSignal;
}

/** Exit codes, the same for every command. */
export const EXIT = {
  ALL_VALID: 0,
  SOME_MISSING: 1,
  OPERATOR_NEEDED: 2,
  FATAL: 3,
  INTERRUPTED: 130,
} as const;

/** Values that are possible; a function where finding them out takes loading something. */
export type Choices = readonly string[] | (() => Promise<readonly string[]>);

export interface CommandOption {
  readonly flags: string;
  readonly description: string;
  readonly choices?: Choices;
  /** Only a whole number is taken; the command gets it as a text. */
  readonly isNumber?: boolean;
  /** It cannot be left out. */
  readonly isRequired?: boolean;
}

export interface CommandArgument {
  /** As commander writes it: `<one>`, `[optional]`, `[several...]`. */
  readonly name: string;
  readonly description: string;
  readonly choices?: Choices;
}

export interface Example {
  readonly line: string;
  readonly says: string;
}

/** What was given on the command line: a text, `true` for a flag, a list for an argument that may be repeated. */
export type Given = Readonly<Record<string, string | true | readonly string[] | undefined>>;

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  readonly examples?: readonly Example[];
  /** Commands below this one; the first of them is meant when none is named. */
  readonly commands?: readonly Command[];
  /** Answers the exit code. Arguments stand among the options under their names. */
  run?(terminal: Terminal, given: Given): Promise<number>;
}

/** The text given for an option or argument. */
export const textOf = (value: Given[string]): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A text that the parser has made sure of. */
export const requiredText = (value: Given[string]): string => textOf(value) ?? '';

/** A terminal on both ends: somebody who can be asked. */
export const isInteractive = ({ input, out }: Terminal): boolean =>
  input.isTTY === true && out.isTTY === true;
