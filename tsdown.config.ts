import { defineConfig } from 'tsdown';

export default defineConfig([
  {
    entry: { main: 'src/main.ts' },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    dts: false,
    deps: { onlyBundle: ['eventsource-parser'] },
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
