import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { codeBlocksOf, DOCUMENTS, rowsOf } from '../support/documents.ts';
import { listings } from './listings.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Where the listings would lie as files of a program that uses the package. */
const FOLDER = path.join(ROOT, 'listings');

type Files = ReadonlyMap<string, string>;

/** What the compiler says of the files, with the project's own settings. */
const typeErrors = (files: Files): readonly string[] => {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const texts = new Map([...files].map(([name, text]) => [path.join(FOLDER, name), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const isListing = (file: string) => texts.has(file);
  host.fileExists = (file) => isListing(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const text = texts.get(file);
    return text === undefined
      ? getSourceFile(file, language, ...rest)
      : ts.createSourceFile(file, text, language, true);
  };
  host.directoryExists = (folder) => folder === FOLDER || ts.sys.directoryExists(folder);
  const program = ts.createProgram([...texts.keys()], options, host);
  const found = [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  return found.map(({ file, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    return `${path.basename(file?.fileName ?? '')}: ${text}`;
  });
};

/** It imports what is generated, and is checked where that is. */
const NEEDS_GENERATED = 'tokens.ts';

const isTypeScript = (name: string): boolean => /\.tsx?$/.test(name) && name !== NEEDS_GENERATED;

test('every TypeScript listing has a name and passes the type check', () => {
  const blocks = [...DOCUMENTS.values()].flatMap(codeBlocksOf);
  expect(blocks.filter(({ language, name }) => /^tsx?$/.test(language) && name === null)).toEqual([]);
  const files = new Map([...listings].filter(([name]) => isTypeScript(name)));
  expect(files.size).toBeGreaterThan(6);
  // One that cannot pass stands beside them: the check sees what it has to see.
  const wrong = "import { createVegaClient } from 'vega-auth/sdk';\ncreateVegaClient({ key: 1 });\n";
  const errors = typeErrors(new Map([...files, ['wrong.ts', wrong]]));
  expect(errors.filter((error) => !error.startsWith('wrong.ts'))).toEqual([]);
  expect(errors).toHaveLength(1);
});

/** The packages that a listing imports, those of the listings that it imports among them. */
const importedBy = (name: string): readonly string[] =>
  [...(listings.get(name) ?? '').matchAll(/\bfrom '([^']+)'/g)].flatMap(([, specifier = '']) => {
    if (specifier.startsWith('.')) return importedBy(specifier.slice(2));
    return [
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    ];
  });

test('the packages of each listing are those that it imports', () => {
  const rows = rowsOf('docs/clients.md', 'Recipes').map(([names = '', packages = '']) => ({
    names: names.split(', '),
    packages,
  }));
  const packagesOf = (name: string): readonly string[] => {
    const { packages = '' } = rows.find(({ names }) => names.includes(name)) ?? {};
    const [, other] = /^those of (\S+), and/.exec(packages) ?? [];
    return [...packages.split(/[ ,]+/), ...(other === undefined ? [] : packagesOf(other))];
  };
  for (const name of listings.keys()) {
    // Those of services and containers import nothing.
    if (/^(?:vega-|systemd-|container-)/.test(name)) continue;
    expect(rows.flatMap(({ names }) => names)).toContain(name);
    const unnamed = importedBy(name).filter((each) => !packagesOf(name).includes(each));
    expect([name, unnamed]).toEqual([name, []]);
  }
});
