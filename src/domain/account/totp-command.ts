import type { TotpSecret } from './totp-secret.ts';

/** A program of the owner's that prints the present TOTP code, so that the secret need not lie beside the PIN. */
export interface TotpCommand {
  /** A path, or a name that is looked for in PATH. */
  readonly program: string;
  readonly words: readonly string[];
  /** The broker's; a program does not tell its own. */
  readonly periodSeconds: 30;
}

/** Where the codes of a login come from. */
export type TotpSource = TotpSecret | TotpCommand;

export const isTotpCommand = (source: TotpSource): source is TotpCommand => 'program' in source;

/** What a shell would act on. No shell is asked, so whoever writes it expects something else than what would happen. */
const FOR_A_SHELL = /['"`\\$|&;<>()*?{}~]/;

/**
 * Reads `["program", "argument", …]`, or plain words that blanks separate. Null when it is neither; words with quotes,
 * variables or pipes are to be written as an array, where they stand for themselves.
 */
export const parseTotpCommand = (text: string): TotpCommand | null => {
  const given = text.trim();
  const [program, ...words] = given.startsWith('[') ? fromArray(given) : fromWords(given);
  return program === undefined || program.trim() === '' ? null : { program, words, periodSeconds: 30 };
};

const fromArray = (text: string): readonly string[] => {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every(isArgument) ? parsed : [];
  } catch {
    return [];
  }
};

const fromWords = (text: string): readonly string[] => (FOR_A_SHELL.test(text) ? [] : text.split(/\s+/));

const isArgument = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** The code in what the program has printed: six digits, and blanks around them. */
export const codeIn = (output: string): string | null => /^\s*(\d{6})\s*$/.exec(output)?.[1] ?? null;
