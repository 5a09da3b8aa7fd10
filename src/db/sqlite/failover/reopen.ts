import { existsSync } from 'node:fs';
import { readTombstone } from '../../move/tombstone.ts';
import type { MasterKeySource } from '../../secrets/master-key.ts';
import { followKey } from '../../secrets/sealed-values.ts';
import type { Vault } from '../../secrets/vault.ts';
import { FileChanged } from '../files/file-identity.ts';
import type { BeforeStatement } from '../immediate-dialect.ts';
import { OpenedFile } from '../opened-file.ts';
import { goesOnFrom, refuseOther, type Watermark } from './watermark.ts';

interface Reopening {
  readonly path: string;
  readonly vault: Vault;
  readonly masterKey: MasterKeySource;
  /** Null when it could not be read before the outage; then nothing is compared. */
  readonly watermark: Watermark | null;
  readonly beforeStatement: BeforeStatement | undefined;
}

/** Opens the file at the path again. Throws `FileChanged` unless it is this database with everything that was stored. */
export const reopenFile = async (current: OpenedFile, reopening: Reopening): Promise<OpenedFile> => {
  const { path, beforeStatement } = reopening;
  const { change } = current;
  if (change?.code === 'DATABASE_DELETED' || change?.code === 'DATABASE_REPLACED') await detachLog(current);
  if (!existsSync(path)) throw new FileChanged('DATABASE_DELETED');
  if (change?.code === 'WAL_REPLACED') throw change;
  if (change?.code === 'WAL_DELETED') await saveLog(current);
  if (change?.code === 'DATABASE_REPLACED') {
    const stranger = OpenedFile.openReadOnly(path);
    await compare(stranger, reopening).finally(() => stranger.close());
  }
  const file = OpenedFile.open(path, beforeStatement);
  try {
    await compare(file, reopening);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
};

const compare = async ({ kysely }: OpenedFile, reopening: Reopening): Promise<void> => {
  const { path, masterKey, watermark } = reopening;
  if ((await readTombstone(kysely)) !== null) throw new FileChanged('DATABASE_MOVED');
  if (watermark === null) return;
  const isOurs = await goesOnFrom(kysely, watermark.lastLink);
  // Only of ours is it worth saying that its key has changed.
  const vault = isOurs ? await followKey(path, kysely, reopening.vault, masterKey) : reopening.vault;
  await refuseOther(kysely, vault, watermark);
};

/**
 * The path leads elsewhere: checkpoints the log into the file that is open and removes it, because SQLite would replay
 * it into whatever comes to the path next.
 */
const detachLog = async (file: OpenedFile): Promise<void> => {
  try {
    await file.whenIdle((connection) => connection.pragma('wal_checkpoint(TRUNCATE)'));
    file.identity?.removeSideFiles();
  } catch {
    // The other file is in use already, with the same side files.
  }
};

/** The log was deleted and not replaced: its content goes into the database before that is opened again. */
const saveLog = async (file: OpenedFile): Promise<void> => {
  await file.whenIdle((connection) => {
    connection.pragma('wal_checkpoint(TRUNCATE)');
    connection.close();
  });
};
