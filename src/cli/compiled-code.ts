import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { constants, Script } from 'node:vm';

type Loader = (module: NodeJS.Module, filename: string) => void;
type Wrapped = (
  this: unknown,
  exports: unknown,
  require: NodeJS.Require,
  module: NodeJS.Module,
  filename: string,
  dirname: string,
) => unknown;

/** GraphiQL is nine million characters of text in quotes: keeping that takes more than compiling it. */
const LONGEST = 4_000_000;

/** Only this user can write there: what lies there is run. */
const folderOf = (env: NodeJS.ProcessEnv): string =>
  path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'vega-auth');

/**
 * Compiling the built program takes longer than most of its commands. What V8 has compiled is kept in the user's cache
 * and taken from there at the next start; V8 itself refuses what another version or another text has left. `folder` is
 * where the built program lies: nothing else is kept.
 */
export const keepCompiledCode = (folder: string): void => {
  const { _extensions: loaders } = nodeModule.default as unknown as { _extensions: Record<string, Loader> };
  const usual = loaders['.js'] as Loader;
  const cache = folderOf(process.env);
  loaders['.cjs'] = (module, filename) => {
    if (path.dirname(filename) !== folder || statSync(filename).size > LONGEST) usual(module, filename);
    else load(module, filename, cache);
  };
};

const load = (module: NodeJS.Module, filename: string, cache: string): void => {
  // The build writes ASCII alone, which Node reads fastest under this name.
  const code = readFileSync(filename, 'latin1');
  const file = path.join(cache, nameFor(filename));
  const cachedData = readIfThere(file);
  const script = new Script(nodeModule.default.wrap(code), {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === null ? {} : { cachedData }),
  });
  if (cachedData === null || script.cachedDataRejected === true)
    process.once('exit', () => write(file, script));
  const wrapped = script.runInThisContext() as Wrapped;
  const require = nodeModule.createRequire(filename);
  wrapped.call(module.exports, module.exports, require, module, filename, path.dirname(filename));
};

/** The built files carry a hash of their contents in their names. */
const nameFor = (filename: string): string => {
  const { size, mtimeMs } = statSync(filename);
  const mark = `${process.version} ${process.arch} ${filename} ${size} ${mtimeMs}`;
  return `${createHash('sha256').update(mark).digest('hex')}.v8`;
};

/** What lies there is run, so nobody else may be able to put it there. */
const readIfThere = (file: string): Buffer | null => {
  try {
    const { uid, mode } = statSync(path.dirname(file));
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return null;
    return readFileSync(file);
  } catch {
    return null;
  }
};

/** A program that cannot keep anything only starts more slowly. */
const write = (file: string, script: Script): void => {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.${process.pid}`, script.createCachedData(), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // The next start tries again.
  }
};
