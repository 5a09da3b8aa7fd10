import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql 16 has no `exports`: without this Vite takes index.mjs while Pothos and Yoga take index.js, and the two refuse each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/built-page.ts'],
    exclude: ['test/bench/**', 'node_modules/**'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Real browsers, processes and clocks on a shared machine: one that fails twice has failed.
    retry: process.env.CI === undefined ? 0 : 1,
    sequence: { shuffle: { files: true, tests: true } },
  },
});
