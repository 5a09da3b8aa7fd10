import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { findBinaries } from './binaries.ts';

const APT = [
  ...['-q', '-o', 'DPkg::Lock::Timeout=60', '-o', 'Acquire::http::Timeout=20'],
  ...['install', '-y', '--no-install-recommends', 'postgresql'],
];

const SETTINGS = '/etc/postgresql-common/createcluster.d';

/** Tests of PostgreSQL start servers of their own: its binaries are installed with apt-get where that may be. */
export const setup = (): void => {
  if (findBinaries() !== null || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (spawnSync('apt-get', ['--version']).status !== 0) return;
  process.stderr.write('Installing PostgreSQL with apt-get, for the tests of the database ...\n');
  using _ = withoutCluster();
  spawnSync('apt-get', ['-q', 'update'], { env });
  spawnSync('apt-get', APT, { env });
};

/** Debian's package would begin to serve this machine with a server of its own. */
const withoutCluster = (): Disposable => {
  const file = `${SETTINGS}/vega-auth-tests.conf`;
  mkdirSync(SETTINGS, { recursive: true });
  writeFileSync(file, 'create_main_cluster = off\n');
  return { [Symbol.dispose]: () => rmSync(file) };
};
