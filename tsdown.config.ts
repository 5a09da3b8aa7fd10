import path from 'node:path';
import license, { type Options } from 'rollup-plugin-license';
import { defineConfig, type Rolldown } from 'tsdown';

/** What is compiled for its machine or brings files of its own stays a package. */
const NEVER_BUNDLED = ['better-sqlite3', 'playwright'];

/** One character above ASCII makes V8 keep the whole file as two-byte text, which takes it three times as long to read. */
const asciiOnly = {
  name: 'ascii-only',
  generateBundle: (_options: unknown, bundle: Record<string, object>) => {
    for (const chunk of Object.values(bundle))
      if ('code' in chunk && typeof chunk.code === 'string')
        chunk.code = chunk.code.replace(/[^ -~\n\t]/g, escaped);
  },
};

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Who wrote what is bundled, and on what terms: their licences ask for it to be passed on. */
const thirdParty = (file: string): Rolldown.Plugin =>
  // Its types name a default export that the module itself is.
  (license as unknown as (options: Options) => Rolldown.Plugin)({
    thirdParty: { output: path.resolve(import.meta.dirname, 'dist', file) },
  });

export default defineConfig([
  {
    entry: { main: 'src/main.ts' },
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    dts: false,
    plugins: [asciiOnly, thirdParty('third-party.txt')],
    // What runs from V8's compiled code (src/cli/compiled-code.ts) can require, and cannot import.
    outputOptions: { dynamicImportInCjs: false },
    // Names of functions and classes stay: they are what a stack trace has to say.
    minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
    // One file for each way in: reading hundreds of modules takes longer than everything that is done with them.
    deps: {
      alwaysBundle: [/^(?!better-sqlite3|playwright)/],
      neverBundle: NEVER_BUNDLED,
    },
    // graphql 16 has no `exports`: ours would take index.mjs and Yoga index.js, and the two refuse each other.
    alias: { graphql: 'graphql/index.mjs' },
  },
  {
    // One file that needs nothing beside it, so that a page or a worker can load it as it is.
    entry: { sdk: 'src/sdk/index.ts' },
    format: 'esm',
    platform: 'neutral',
    plugins: [thirdParty('third-party-sdk.txt')],
    target: 'es2022',
    dts: true,
    deps: { onlyBundle: ['eventsource-parser', '@graphql-typed-document-node/core'] },
  },
]);
