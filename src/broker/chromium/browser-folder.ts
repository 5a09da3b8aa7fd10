import { AsyncLocalStorage } from 'node:async_hooks';
import { constants, mkdtempSync, writeFileSync } from 'node:fs';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ProcessMark } from '../../domain/process-mark.ts';

const NAME = /^vega-auth-chromium-(\d+)-\w{6}$/;
const OWNER_FILE = 'owner.json';
const OWNER_BYTES = 1000;

/** A process that died between making its folder and signing it leaves one without an owner. */
const UNSIGNED_MS = 3_600_000;

/** Chromium makes sockets in its temporary folder, and the system bounds the length of their paths. */
const LONGEST_PATH =
  (process.platform === 'darwin' ? 104 : 108) - '/.org.chromium.Chromium.XXXXXX/SingletonSocket'.length;

/**
 * Where a browser writes: profile, artifacts, temporary files, crash dumps. One folder, for this user alone, signed by
 * the process that it belongs to, so that what is left of a killed process can be told from what is in use.
 */
export class BrowserFolder implements AsyncDisposable {
  /** Playwright asks Node for the temporary folder and takes no other, so Node's answer depends on who asks. */
  static readonly #current = new AsyncLocalStorage<BrowserFolder>();
  readonly #path: string;

  static {
    const { tmpdir } = os;
    Object.assign(os, {
      tmpdir: () => {
        const folder = BrowserFolder.#current.getStore();
        return folder === undefined ? tmpdir() : folder.#path;
      },
    });
  }

  private constructor(folder: string) {
    this.#path = folder;
  }

  static create(owner: ProcessMark): BrowserFolder {
    const folder = mkdtempSync(path.join(os.tmpdir(), `vega-auth-chromium-${owner.id}-`));
    writeFileSync(path.join(folder, OWNER_FILE), JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return new BrowserFolder(folder);
  }

  /** What the launch that `work` makes writes comes to lie here. */
  during<Result>(work: () => Promise<Result>): Promise<Result> {
    return BrowserFolder.#current.run(this, work);
  }

  /** For the browser itself. A crashed page's memory may hold secrets, so its dump comes to lie here, too. */
  get environment(): Readonly<Record<string, string>> {
    const dumps = { BREAKPAD_DUMP_LOCATION: path.join(this.#path, 'crashes') };
    return this.#path.length > LONGEST_PATH ? dumps : { ...dumps, TMPDIR: this.#path };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return remove(this.#path);
  }
}

/**
 * Removes the folders of processes that are dead, and answers how many. It looks at this user's own only, follows no
 * link, and leaves alone whatever it cannot judge.
 */
export const sweepBrowserFolders = async (isDead: (owner: ProcessMark) => boolean): Promise<number> => {
  const root = os.tmpdir();
  const names = await readdir(root).catch(() => []);
  let count = 0;
  for (const name of names) {
    const folder = path.join(root, name);
    if (!NAME.test(name) || !(await isLeft(folder, isDead))) continue;
    const isRemoved = await remove(folder).then(
      () => true,
      () => false,
    );
    if (isRemoved) count += 1;
  }
  return count;
};

const isLeft = async (folder: string, isDead: (owner: ProcessMark) => boolean): Promise<boolean> => {
  try {
    const found = await lstat(folder);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    const owner = await readOwner(folder);
    return owner === null ? Date.now() - found.mtimeMs > UNSIGNED_MS : isDead(owner);
  } catch {
    return false;
  }
};

/** Null where nobody has signed, or not as this program does. */
const readOwner = async (folder: string): Promise<ProcessMark | null> => {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path.join(folder, OWNER_FILE), flags);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(OWNER_BYTES));
      return toOwner(JSON.parse(buffer.toString('utf8', 0, bytesRead)), folder);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
};

const toOwner = (read: unknown, folder: string): ProcessMark | null => {
  if (typeof read !== 'object' || read === null || !('id' in read && 'birth' in read)) return null;
  const { id, birth } = read;
  const isNamed = typeof id === 'number' && NAME.exec(path.basename(folder))?.[1] === String(id);
  return isNamed && (typeof birth === 'string' || birth === null) ? { id, birth } : null;
};

/** A browser that is about to die may still write. */
const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
