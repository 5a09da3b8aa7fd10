import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of the Dockerfile by stage: the build, and what runs. */
export const readStages = (): readonly (readonly Instruction[])[] => {
  const text = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [, name, rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, text: rest });
  }
  return stages;
};

export const textsOf = (stage: readonly Instruction[] | undefined, wanted: string): string[] =>
  (stage ?? []).filter(({ name }) => name === wanted).map(({ text }) => text);

/** The commands of the `RUN` lines of a stage, one by one. */
export const commandsOf = (stage: readonly Instruction[] | undefined): string[] =>
  textsOf(stage, 'RUN').flatMap((text) => text.split(/\s*&& /));

/** The arguments of an instruction that has them as JSON. */
export const argumentsOf = (text: string | undefined): string[] =>
  JSON.parse(text?.slice(text.indexOf('[')) ?? '[]');
