import { parseEnv } from 'node:util';
import type { Terminal } from '../command.ts';

/** Lines `NAME=value` from standard input; none where somebody sits at it. */
export const readLines = async ({
  input,
}: Pick<Terminal, 'input'>): Promise<Readonly<Record<string, string>>> => {
  if (input.isTTY === true) return {};
  let text = '';
  for await (const chunk of input) text += chunk;
  const entries = Object.entries(parseEnv(text)).flatMap(([name, value = '']) =>
    value.trim() === '' ? [] : [[name, value.trim()] as const],
  );
  return Object.fromEntries(entries);
};
