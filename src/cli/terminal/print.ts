import type { Terminal } from '../command.ts';

/** What the API answered, as one document. */
export const printJson = ({ out }: Terminal, answer: unknown): void => {
  out.write(`${JSON.stringify(answer, null, 2)}\n`);
};

/** One happening, as one line. */
export const printJsonLine = ({ out }: Terminal, event: unknown): void => {
  out.write(`${JSON.stringify(event)}\n`);
};

export const printLines = ({ out }: Terminal, lines: readonly string[]): void => {
  if (lines.length > 0) out.write(`${lines.join('\n')}\n`);
};
