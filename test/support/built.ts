import { readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { madeOnce } from './made-once.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The programs that tests start: the command line, and those that are killed. */
const PROGRAMS: readonly string[] = [
  'src/main.ts',
  ...readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('-child.ts'))
    .map((name) => `test/support/${name}`),
];

/** Compiled for this machine, larger than all others together, or CommonJS that is imported when it is needed. */
const NEVER_BUNDLED = [
  ...['better-sqlite3', 'playwright', 'playwright-core', '@graphql-yoga/render-graphiql'],
  ...['undici', 'nodemailer', 'prom-client', 'pg', 'typescript'],
];

/** Packages of CommonJS ask for modules of Node's. */
const REQUIRE = `import { createRequire as _createRequire } from 'node:module'; const require = _createRequire(import.meta.url);`;

/**
 * A program of ours in plain JavaScript with its packages, for tests that start it often: that takes a fraction of the
 * time that it takes from the sources.
 */
export const built = async (source: string): Promise<string> => {
  const folder = await madeOnce('programs', buildAll);
  return path.join(folder, `${path.basename(source, '.ts')}.mjs`);
};

const buildAll = async (folder: string): Promise<void> => {
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: PROGRAMS.map((source) => ({ in: source, out: path.basename(source, '.ts') })),
    bundle: true,
    external: NEVER_BUNDLED,
    // Of graphql there is to be one, as for the tests.
    alias: { graphql: 'graphql/index.js' },
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
};
