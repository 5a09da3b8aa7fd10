import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The command line in plain JavaScript, so that a test may start it often. It finds its packages where ours are. */
export interface BuiltCli extends AsyncDisposable {
  readonly main: string;
}

export const buildCli = async (): Promise<BuiltCli> => {
  const folder = mkdtempSync(path.join(ROOT, 'node_modules/.vega-cli-'));
  await build({
    entryPoints: [path.join(ROOT, 'src/main.ts')],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return {
    main: path.join(folder, 'main.mjs'),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
};
