import { MASTER_KEY_ADVICE, MASTER_KEY_CHANGED } from '../../database-error.ts';
import type { Vault } from '../../secrets/vault.ts';
import { makeBackup } from '../backup/backups.ts';
import { meansFileChange } from '../files/file-identity.ts';
import type { OpenedFile } from '../opened-file.ts';
import type { Outage } from './outage.ts';

/**
 * Says what the operator has to do about a file that was deleted or replaced while it was open, and backs up once what
 * is still open of it. Null when retrying is enough.
 */
export const adviseOnLostFile = async (
  outage: Outage,
  file: OpenedFile,
  path: string,
  vault: Vault,
): Promise<string | null> => {
  const { code } = outage;
  if (code === MASTER_KEY_CHANGED) return MASTER_KEY_ADVICE;
  if (!meansFileChange(code) || code === 'WAL_DELETED') return null;
  if (code === 'DATABASE_MOVED')
    return `${path} was moved to another database while it could not be written here. Stop this vega-auth, and keep its spill file (${path}*.spill): it holds what was written since.`;
  outage.backup ??= makeBackup(path, vault, new Date(), file.connection).then(
    (backup) => backup.file,
    () => null,
  );
  const backup = await outage.backup;
  const cause = CAUSES[code];
  if (cause === undefined) return null;
  const openedAt = file.identity?.findOpened() ?? path;
  const isMoved = openedAt !== path;
  const moved = isMoved ? ` The one that was in use is ${openedAt} now.` : '';
  const saved = backup === null ? '' : ` What it held is saved in ${backup}.`;
  const stop = isMoved ? ` Put it back (mv ${openedAt} ${path}), or stop` : ' Stop';
  const restore =
    backup === null
      ? 'restore the newest backup (vega-auth restore)'
      : `run \`vega-auth restore --from ${backup}\``;
  return `${path} ${cause}${moved}${saved}${stop} every vega-auth and ${restore}. Nothing is stored there meanwhile; what was written since comes from the spill file.`;
};

const CAUSES: Readonly<Record<string, string>> = {
  DATABASE_DELETED: 'was deleted while it was in use.',
  DATABASE_FOREIGN: 'was replaced while it was in use, by a file that is not this database.',
  DATABASE_OLDER: 'was replaced while it was in use, by an earlier copy that lacks what was stored since.',
  WAL_REPLACED:
    'is the same, but its write-ahead log (-wal) was replaced by another program while it was in use.',
};
