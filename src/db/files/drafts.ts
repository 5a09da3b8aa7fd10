import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isSurelyDead, markOf } from './process-mark.ts';
import { syncToDisk } from './sync-to-disk.ts';

/** The name of an unfinished file: `<target>.draft-<process>-<random>`. Drafts of killed processes are swept by it. */
export const draftOf = (target: string): string => `${target}.draft-${OWN}-${randomBytes(4).toString('hex')}`;

/** Copies a file to a draft of `target`, and syncs it to the disk. */
export const copyToDraft = (from: string, target: string): string => {
  const draft = draftOf(target);
  copyFileSync(from, draft, constants.COPYFILE_EXCL);
  syncToDisk(draft);
  return draft;
};

/** Removes the drafts in a folder whose processes are dead, with SQLite's side files of them. */
export const sweepDrafts = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (isDead(name)) rmSync(path.join(folder, name), { force: true });
};

const { id, birth } = markOf(process.pid);
const OWN = `${id}.${Buffer.from(birth ?? '').toString('base64url')}`;

const DRAFT = /\.draft-(\d+)\.([\w-]*)-[0-9a-f]{8}(?:-journal|-wal|-shm)?$/;
/** As an older version named the draft of a backup. */
const OLD_DRAFT = /\.db\.draft(?:-journal)?$/;

const isDead = (name: string): boolean => {
  if (OLD_DRAFT.test(name)) return true;
  const [, process, owner = ''] = DRAFT.exec(name) ?? [];
  if (process === undefined) return false;
  const text = Buffer.from(owner, 'base64url').toString('utf8');
  return isSurelyDead({ id: Number(process), birth: text === '' ? null : text });
};
