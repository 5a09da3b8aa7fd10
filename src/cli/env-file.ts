import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Env } from '../config.ts';

const OWNER_ONLY = 0o600;
const HEADING = '# Secrets of the account: keep mode 600, and keep this file out of version control.\n';

/** The `.env` of a folder, as it was read. */
export interface EnvFile {
  readonly path: string;
  /** Null where there is none. */
  readonly text: string | null;
  readonly values: Env;
}

export const readEnvFile = (workingDirectory: string): EnvFile => {
  const named = path.join(workingDirectory, '.env');
  if (!existsSync(named)) return { path: named, text: null, values: {} };
  // A link stays one: what it leads to is read, and replaced.
  const file = realpathSync(named);
  const text = textOf(file);
  return { path: file, text, values: valuesIn(text) };
};

/** Refused in words where it is no text file in UTF-8: what is misread there would be found only by the broker. */
const textOf = (file: string): string => {
  if (statSync(file).isDirectory())
    throw new Error(`${file} is a folder; vega-auth reads a file of that name.`);
  const bytes = readFileSync(file);
  if (bytes.includes(0))
    throw new Error(`${file} is not encoded in UTF-8 but looks like UTF-16; save it as UTF-8.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${file} is not encoded in UTF-8; save it as UTF-8.`);
  }
};

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=(?:[ \t]*("[^"]*"|'[^']*'|`[^`]*`)|([^\r\n]*))/gm;

/** As `parseEnv`, but a comment begins only at white space before `#`, as other readers of such files have it. */
const valuesIn = (text: string): Env => {
  const plain = text.replace(/^\uFEFF/, '');
  const unquoted: Record<string, string> = {};
  for (const [, name = '', quoted, rest = ''] of plain.matchAll(ASSIGNMENT)) {
    delete unquoted[name];
    if (quoted === undefined && !/^\s*["'`]/.test(rest)) unquoted[name] = rest.replace(/\s#.*$/, '').trim();
  }
  return { ...parseEnv(plain), ...unquoted };
};

/** What stands in the file stays; the variables come after it. Whole or not at all, and for the owner alone. */
export const appendToEnvFile = (file: EnvFile, variables: Readonly<Record<string, string>>): void => {
  const isAsRead = existsSync(file.path) ? readFileSync(file.path, 'utf8') === file.text : file.text === null;
  if (!isAsRead) throw new Error(`${file.path} was changed meanwhile; nothing was written. Run this again.`);
  const before = file.text === null ? HEADING : file.text.replace(/(?<=[^\n])$/, '\n');
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}\n`);
  replace(file.path, before + lines.join(''));
};

/** There is one, and other users of the machine have rights to it. */
export const isOpenToOthers = ({ path: file, text }: EnvFile): boolean =>
  text !== null && (statSync(file).mode & 0o077) !== 0;

/** Takes everybody else's rights to the file away; answers whether there were any. */
export const closeToOthers = (file: EnvFile): boolean => {
  if (!isOpenToOthers(file)) return false;
  chmodSync(file.path, OWNER_ONLY);
  return true;
};

/** Whether the file can hold this value so that it is read again as it is. */
export const isWritable = (value: string): boolean => valuesIn(`V=${quoted(value)}\n`).V === value;

const PLAIN = /^[\w.,:/?&=%+@~-]+$/;

/** Double quotes come last: between them `\n` is a new line. */
const quoted = (value: string): string => {
  if (PLAIN.test(value)) return value;
  const mark = ["'", '`', '"'].find((each) => !value.includes(each)) ?? "'";
  return `${mark}${value}${mark}`;
};

/** What a killed process has left of the file holds its secrets. */
const sweepDrafts = (file: string): void => {
  const folder = path.dirname(file);
  for (const name of readdirSync(folder)) {
    const [, id] = name.startsWith(`${path.basename(file)}.`) ? (/\.(\d+)$/.exec(name) ?? []) : [];
    if (id !== undefined && !isRunning(Number(id))) rmSync(path.join(folder, name));
  }
};

const isRunning = (id: number): boolean => {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const replace = (file: string, text: string): void => {
  sweepDrafts(file);
  const draft = `${file}.${process.pid}`;
  try {
    const descriptor = openSync(draft, 'wx', OWNER_ONLY);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
};
