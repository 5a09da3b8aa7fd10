import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, EXIT, textOf } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import type { Bundle } from '../../support/bundle.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { type Look, lookOf, wrap } from '../../view/look.ts';
import { visible } from '../../view/visible.ts';

const OWNER_ONLY = 0o600;

export const supportBundle: Command = {
  name: 'support-bundle',
  summary: 'Write what helps somebody else to find a mistake into one file, without secrets.',
  options: [
    { flags: '--out <file>', description: 'Where to; a new file in this folder if left out.' },
    JSON_OPTION,
  ],
  examples: [
    {
      line: 'vega-auth support-bundle',
      says: 'also when the server is down; read the file before it is sent',
    },
  ],
  run: async (terminal, { out, json }) => {
    const { collectBundle } = await import('../../support/bundle.ts');
    const now = new Date();
    const name =
      textOf(out) ?? `vega-auth-support-${now.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}.json`;
    const file = path.resolve(terminal.workingDirectory, name);
    const bundle = await collectBundle(terminal, now);
    writeNew(file, `${JSON.stringify(bundle, null, 2)}\n`);
    const { manifest, leftOut } = bundle;
    if (json === true) printJson(terminal, { file, manifest, leftOut });
    else printLines(terminal, renderManifest(name, bundle, lookOf(terminal)));
    return manifest.every(({ problem }) => problem === null) ? EXIT.ALL_VALID : EXIT.SOME_MISSING;
  },
};

const writeNew = (file: string, text: string): void => {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: OWNER_ONLY });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isThere) throw error;
    throw new Error(`${file} is there already and is not overwritten. Name another file with --out.`, {
      cause: error,
    });
  }
};

const renderManifest = (name: string, { manifest, leftOut }: Bundle, look: Look): readonly string[] => [
  `Written to ${visible(name)}, readable for you alone. Read it before you send it.`,
  '',
  'In it:',
  ...manifest.flatMap(({ part, holds, problem }) => [
    ...wrap(`${part}: ${holds}`, look, '  '),
    ...(problem === null ? [] : wrap(`not read: ${visible(problem)}`, look, '    ')),
  ]),
  '',
  'Not in it:',
  ...leftOut.flatMap((words) => wrap(words, look, '  ')),
];
