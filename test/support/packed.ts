import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { madeOnce } from './made-once.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');

/** The package as a stranger gets it, built and packed in a folder of its own, which the tests share. */
export interface Packed {
  readonly tarball: string;
  /** A project with nothing but the package and its dependencies in its node_modules. */
  readonly project: string;
  /** Where the package lies in it. */
  readonly folder: string;
}

export const pack = async (): Promise<Packed> => placesIn(await madeOnce('packed', packInto));

const placesIn = (directory: string): Packed => {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const project = path.join(directory, 'project');
  return {
    tarball: path.join(directory, `vega-auth-${version}.tgz`),
    project,
    folder: path.join(project, 'node_modules/vega-auth'),
  };
};

const packInto = async (directory: string): Promise<void> => {
  // Also for the user of the container.
  chmodSync(directory, 0o755);
  const source = path.join(directory, 'source');
  const { tarball, project, folder } = placesIn(directory);
  for (const folderToMake of [source, folder]) mkdirSync(folderToMake, { recursive: true });
  for (const name of buildContext())
    cpSync(path.join(ROOT, name), path.join(source, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(source, 'node_modules'));
  // NODE_ENV says "test" here, and React would come with everything for developers.
  const env = { ...process.env, NODE_ENV: 'production' };
  await run('npm', ['pack', '--pack-destination', directory], { cwd: source, env });
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
  for (const place of dependencyFolders())
    await cp(path.join(ROOT, place), path.join(project, place), { recursive: true });
};

/** What `.dockerignore` leaves of the repository: nothing but what it names after a `!`. */
export const buildContext = (): string[] => {
  const lines = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const [everything, ...rules] = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const names = rules.map((rule) => /^!([\w.-]+)$/.exec(rule)?.[1] ?? '');
  if (everything !== '*' || names.includes('')) throw new Error('.dockerignore should be a list of names.');
  return names;
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
