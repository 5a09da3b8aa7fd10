import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');

/** The package as a stranger gets it, built and packed in a folder of its own. */
export interface Packed extends AsyncDisposable {
  readonly tarball: string;
  /** A project with nothing but the package and its dependencies in its node_modules. */
  readonly project: string;
  /** Where the package lies in it. */
  readonly folder: string;
}

export const pack = async (): Promise<Packed> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-packed-'));
  const source = path.join(directory, 'source');
  const project = path.join(directory, 'project');
  const folder = path.join(project, 'node_modules/vega-auth');
  for (const folderToMake of [source, folder]) mkdirSync(folderToMake, { recursive: true });
  await run(path.join(ROOT, 'node_modules/.bin/tsdown'), ['--out-dir', path.join(source, 'dist')], {
    cwd: ROOT,
  });
  cpSync(path.join(ROOT, 'dist/web'), path.join(source, 'dist/web'), { recursive: true });
  const { files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  for (const file of ['package.json', 'README.md', 'LICENSE', ...files])
    if (file !== 'dist') cpSync(path.join(ROOT, file), path.join(source, file), { recursive: true });
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', directory],
    {
      cwd: source,
    },
  );
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const tarball = path.join(directory, filename);
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
  for (const place of dependencyFolders())
    await cp(path.join(ROOT, place), path.join(project, place), { recursive: true });
  return {
    tarball,
    project,
    folder,
    [Symbol.asyncDispose]: async () => rmSync(directory, { recursive: true, force: true }),
  };
};

/** Where npm puts what the package depends on, directly or not. Copied, not linked: a link would lead back to the rest. */
const dependencyFolders = (): string[] => {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([place, { dev }]) => dev !== true && place.lastIndexOf('node_modules/') === 0)
    .map(([place]) => place)
    .filter((place) => existsSync(path.join(ROOT, place)));
};
