import { defineConfig } from 'tsdown';

/** What is compiled for its machine, brings files of its own, or is rarely needed stays a package. */
const NEVER_BUNDLED = ['better-sqlite3', 'playwright-core', '@graphql-yoga/render-graphiql'];

export default defineConfig([
  {
    entry: { main: 'src/main.ts' },
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    dts: false,
    // Names stay: they are what a stack trace has to say.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    // One file for each way in: reading hundreds of modules takes longer than everything that is done with them.
    deps: {
      alwaysBundle: [/^(?!better-sqlite3|playwright-core|@graphql-yoga\/render-graphiql)/],
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
    target: 'es2022',
    dts: true,
    deps: { onlyBundle: ['eventsource-parser', '@graphql-typed-document-node/core'] },
  },
]);
