import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A program of Debian's: the installed one, or its package only unpacked, since an installed service would begin to
 * serve this machine. Null where neither can be had.
 */
export const debianProgram = async (name: string, place: string): Promise<string | null> => {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), path.dirname(`/${place}`)];
  const installed = folders.map((each) => path.join(each, name)).find((each) => existsSync(each));
  if (installed !== undefined) return installed;
  const folder = path.join('/tmp', `vega-${name}-${process.getuid?.() ?? 0}`);
  const program = path.join(folder, place);
  if (existsSync(program)) return program;
  try {
    mkdirSync(folder, { recursive: true });
    await run('apt-get', ['download', name], { cwd: folder, timeout: 60_000 });
    await run('sh', ['-c', `dpkg -x ${name}_*.deb .`], { cwd: folder });
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
};
