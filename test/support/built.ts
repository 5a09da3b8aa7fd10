import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '../..');
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
    packages: 'external',
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return path.join(folder, `${path.basename(source, '.ts')}.mjs`);
};
