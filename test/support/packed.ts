import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');

/** The package as a stranger gets it, built and packed in a folder of its own. */
export interface Packed extends AsyncDisposable {
  readonly tarball: string;
  /** A project with nothing but the package in its node_modules. */
  readonly project: string;
  /** Where the package lies in it. */
  readonly folder: string;
}

export const pack = async (): Promise<Packed> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-packed-'));
  const source = path.join(directory, 'source');
  const folder = path.join(directory, 'project/node_modules/vega-auth');
  for (const folderToMake of [source, folder]) mkdirSync(folderToMake, { recursive: true });
  await run(path.join(ROOT, 'node_modules/.bin/tsdown'), ['--out-dir', path.join(source, 'dist')], {
    cwd: ROOT,
  });
  for (const file of ['third-party.txt', 'third-party-sdk.txt'])
    cpSync(path.join(ROOT, 'dist', file), path.join(source, 'dist', file));
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
  return {
    tarball,
    project: path.join(directory, 'project'),
    folder,
    [Symbol.asyncDispose]: async () => rmSync(directory, { recursive: true, force: true }),
  };
};
