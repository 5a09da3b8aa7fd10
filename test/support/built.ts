import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Packages that are not modules ask for what Node has. */
const REQUIRE =
  "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);";
const known = new Map<string, Promise<string>>();

/**
 * A program of ours in plain JavaScript, for tests that start it often: that takes a fraction of the time that it takes
 * from the sources. It is removed when the tests end.
 */
export const built = (source: string): Promise<string> => {
  const program = known.get(source) ?? buildOnce(source);
  known.set(source, program);
  return program;
};

const buildOnce = async (source: string): Promise<string> => {
  const folder = mkdtempSync(path.join(ROOT, 'node_modules/.vega-built-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: [path.join(ROOT, source)],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // What is compiled for its machine, or finds files of its own, stays where it is; reading all the rest takes a second.
    external: ['better-sqlite3', 'playwright', '@graphql-yoga/render-graphiql'],
    alias: { graphql: path.join(ROOT, 'node_modules/graphql/index.mjs') },
    banner: { js: REQUIRE },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return path.join(folder, `${path.basename(source, '.ts')}.mjs`);
};
