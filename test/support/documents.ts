import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

const NAMES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** The documents by their path from the root. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map(
  NAMES.map((name) => [name, readFileSync(path.join(ROOT, name), 'utf8')]),
);

export const documentText = (name: string): string => {
  const text = DOCUMENTS.get(name);
  if (text === undefined) throw new Error(`There is no document ${name}.`);
  return text;
};

/** One fenced block: its language, its name where it has one, and its text. */
export interface CodeBlock {
  readonly language: string;
  readonly name: string | null;
  readonly text: string;
}

const FENCE = /^( *)```(\w*)(?: (\S+))?\n([\s\S]*?)^ *```$/gm;

export const codeBlocksOf = (document: string): readonly CodeBlock[] =>
  [...document.matchAll(FENCE)].map(([, , language = '', name, text = '']) => ({
    language,
    name: name ?? null,
    text,
  }));

export const withoutCode = (document: string): string => document.replace(FENCE, '');

/** What stands under a heading, up to the next one of the same or a higher level. */
export const sectionOf = (name: string, heading: string): string => {
  const lines = documentText(name).split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`${name} has no section ${heading}.`);
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? 9) <= level);
  return (end === -1 ? rest : rest.slice(0, end)).join('\n');
};

/** The rows of every table under a heading, without their heads; code marks are left out. */
export const rowsOf = (name: string, heading: string): readonly (readonly string[])[] =>
  sectionOf(name, heading)
    .split(/\n{2,}/)
    .flatMap((part) => {
      const lines = part.split('\n').filter((line) => line.startsWith('|'));
      return lines.slice(2).map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    });
