import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql 16 has no `exports`: without this Vite takes index.mjs while Pothos and Yoga take index.js, and the two refuse each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [
      'test/support/run-folder.ts',
      'test/support/terminal.ts',
      'test/support/postgres/install.ts',
      'test/support/built-page.ts',
    ],
    exclude: ['test/bench/**', 'node_modules/**'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    // Most tests wait for a browser, a process or a clock: with a worker for each core, cores would be idle.
    maxWorkers: availableParallelism() + 1,
    // The whole program is read once for each worker, not once for each file.
    isolate: false,
    unstubEnvs: true,
    restoreMocks: true,
    // Far beyond what a slow and busy machine needs: tests wait for states, and only one that hangs comes to it.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Real browsers, processes and clocks on a shared machine: one that fails twice has failed.
    retry: process.env.CI === undefined ? 0 : 1,
    sequence: { shuffle: { files: true, tests: true } },
  },
});
