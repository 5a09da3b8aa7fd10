import { isInteractive, type Terminal } from '../../command.ts';
import { askSecret } from '../../terminal/prompts.ts';
import { readLines } from '../../terminal/standard-input.ts';

export interface WantedSecret {
  /** Its name on standard input, `NAME=value`; also with UPSTOX_ before it. */
  readonly name: string;
  readonly question: string;
  readonly isOptional?: boolean;
}

/** A secret that nobody gave. */
export class SecretMissing extends Error {
  constructor(names: readonly string[]) {
    super(
      `${names.join(', ')} missing: run this on a terminal, or give lines such as ${names[0]}=… on standard input. Secrets are never taken from the command line.`,
    );
    this.name = 'SecretMissing';
  }
}

/** Secrets by name: asked for one by one on a terminal, else read as lines `NAME=value` from standard input. */
export const readSecrets = async (
  terminal: Terminal,
  wanted: readonly WantedSecret[],
): Promise<Readonly<Record<string, string>>> => {
  const given = isInteractive(terminal) ? await askAll(terminal, wanted) : await readAll(terminal, wanted);
  const missing = wanted.filter(({ name, isOptional }) => isOptional !== true && !given[name]);
  if (missing.length > 0) throw new SecretMissing(missing.map(({ name }) => name));
  return given;
};

const askAll = async (
  terminal: Terminal,
  wanted: readonly WantedSecret[],
): Promise<Record<string, string>> => {
  const answers: Record<string, string> = {};
  for (const { name, question } of wanted) {
    const answer = await askSecret(terminal, question);
    if (answer === null) break;
    answers[name] = answer;
  }
  return answers;
};

const readAll = async (
  terminal: Terminal,
  wanted: readonly WantedSecret[],
): Promise<Record<string, string>> => {
  const lines = await readLines(terminal);
  const found = wanted.map(({ name }) => [name, lines[name] ?? lines[`UPSTOX_${name}`] ?? ''] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== ''));
};
