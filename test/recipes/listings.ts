import path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { compile as compileSvelte } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';
import { codeBlocksOf, DOCUMENTS } from '../support/documents.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The listings of the documents that have a name, by it: ```` ```tsx urql.tsx ````. */
export const listings: ReadonlyMap<string, string> = new Map(
  [...DOCUMENTS.values()]
    .flatMap(codeBlocksOf)
    .flatMap(({ name, text }): [string, string][] => (name === null ? [] : [[name, text]])),
);

export const listing = (name: string): string => {
  const text = listings.get(name);
  if (text === undefined) throw new Error(`No document has a listing ${name}.`);
  return text;
};

/** Two single-file components, as their own compilers read them. */
const COMPILERS: Readonly<Record<string, (text: string) => string>> = {
  '.svelte': (text) => compileSvelte(text, { generate: 'client', name: 'Morning' }).js.code,
  '.vue': (text) => compileScript(parse(text).descriptor, { id: 'morning', inlineTemplate: true }).content,
};

/** Listings find each other by name, and the SDK where the package has it. */
const fromDocuments: Plugin = {
  name: 'from-documents',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\/[\w.]+$/ }, ({ path: name, namespace }) =>
      namespace === 'file' ? undefined : { path: name.slice(2), namespace: 'listing' },
    );
    onResolve({ filter: /^listing:/ }, ({ path: name }) => ({
      path: name.slice('listing:'.length),
      namespace: 'listing',
    }));
    onLoad({ filter: /./, namespace: 'listing' }, ({ path: name }) => {
      const kind = path.extname(name);
      const compile = COMPILERS[kind] ?? ((text: string) => text);
      const loader = kind === '.ts' || kind === '.tsx' ? 'tsx' : 'js';
      return { contents: compile(listing(name)), loader, resolveDir: ROOT };
    });
  },
};

/** A program that runs listings, as one script. */
export const bundle = async (program: string, platform: BuildOptions['platform']): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: ROOT },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    ...(platform === undefined ? {} : { platform }),
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { 'vega-auth/sdk': path.join(ROOT, 'src/sdk/index.ts') },
    plugins: [fromDocuments],
    logLevel: 'silent',
  });
  return outputFiles?.[0]?.text ?? '';
};
