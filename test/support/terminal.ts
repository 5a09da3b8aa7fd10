import { spawnSync } from 'node:child_process';

const APT = ['-q', '-o', 'DPkg::Lock::Timeout=60', 'install', '-y', '--no-install-recommends', 'tmux'];

const hasTmux = (): boolean => spawnSync('tmux', ['-V']).status === 0;

/** The command line is tried in a real terminal: tmux, which is installed with apt-get where that may be. */
export const setup = (): void => {
  if (hasTmux()) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (process.getuid?.() === 0) {
    process.stderr.write('Installing tmux with apt-get, for the tests of the command line ...\n');
    spawnSync('apt-get', ['-q', 'update'], { env });
    spawnSync('apt-get', APT, { env });
  }
  if (!hasTmux())
    throw new Error('The tests of the command line need tmux: install it with your package manager.');
};
