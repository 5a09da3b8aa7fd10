import { existsSync } from 'node:fs';
import { AuditChain, findLastLink } from '../audit/audit-chain.ts';
import { AuditHead, hasHead, headOf } from '../audit/audit-head.ts';
import type { Findings } from '../database.ts';
import { DatabaseError, databaseCode } from '../database-error.ts';
import { sweepDrafts } from '../files/drafts.ts';
import { readTombstone } from '../move/tombstone.ts';
import type { TokenFormat } from '../queries/tokens.ts';
import { retryWithin } from '../retry-within.ts';
import { underFormerNames } from '../schema/former-names.ts';
import { type MasterKeySource, masterKeyIds } from '../secrets/master-key.ts';
import { applySealing, openAuditKey, openVault, resealStrays } from '../secrets/sealed-values.ts';
import { findOrphanSpills, type OrphanSpill, readSpill, settleSpill } from '../spill/orphan-spills.ts';
import { replaySpilled, spilledIn } from '../spill/replay-spilled.ts';
import { ensureReserve, SpillFile } from '../spill/spill-file.ts';
import { damaged, findNewestGoodBackup, makeBackup, sweepBackupDrafts } from './backup/backups.ts';
import { readIntoMemory } from './backup/snapshot.ts';
import { explain, hasNoRoom, isBusy, isDamage, isRefused, refuseDamage } from './connection.ts';
import { Mirror } from './failover/mirror.ts';
import { Outage } from './failover/outage.ts';
import { readWatermark } from './failover/watermark.ts';
import { compactAtStart } from './files/free-space.ts';
import type { BeforeStatement } from './immediate-dialect.ts';
import { OpenedFile } from './opened-file.ts';
import { CURRENT_SCHEMA, executedMigrations, isUpToDate, migrate } from './schema/migrations.ts';
import type { MigrationRecord } from './schema/own-tables.ts';
import { remakeSetAside } from './schema/user-tables.ts';

export interface DatabaseOptions {
  readonly file: string;
  /** The zone of the wall times in the file. */
  readonly zone: string;
  readonly masterKey: MasterKeySource;
  /** Names the backup that is made before a migration. */
  readonly now: Date;
  /** VEGA_SEAL_TOKENS. */
  readonly sealsTokens?: boolean;
  /** For a short-lived command: waits longer for a lock, and frees no space. */
  readonly isBrief?: boolean;
  /** The file was just restored: its audit chain continues from its last entry. */
  readonly isRestored?: boolean;
  readonly beforeStatement?: BeforeStatement | undefined;
}

export interface Opened {
  readonly file: OpenedFile;
  readonly mirror: Mirror;
  readonly format: TokenFormat;
  readonly chain: AuditChain;
  readonly findings: Findings;
  /** Not null when the file can only be read: the program starts in memory. */
  readonly outage: Outage | null;
}

/** How long a start retries a locked file before it starts in memory, and before it gives up. */
const LOCKED_AFTER_MS = 1000;
const START_WAIT_MS = 4000;

/** Opens or makes the file, replays orphan spills and migrates. Throws a `DatabaseError` that says what to do. */
export const openDatabase = async (options: DatabaseOptions): Promise<Opened> => {
  sweepLeftovers(options);
  try {
    return await retryWithin(() => openFile(options), isBusy, LOCKED_AFTER_MS);
  } catch (error) {
    // A table refuses the replay: the spills stay, and the file is served from memory.
    const opened =
      isRefused(error) && findOrphanSpills(options.file).length > 0 ? await openLocked(options, error) : null;
    if (opened !== null) return opened;
    if (hasNoRoom(options.file, error)) return await openFull(options, error);
    if (!isBusy(error)) throw error;
    const locked = await openLocked(options, error);
    return locked ?? (await retryWithin(() => openFile(options), isBusy, START_WAIT_MS));
  }
};

const openFile = (options: DatabaseOptions): Promise<Opened> =>
  withFile(options, async (file) => {
    const { kysely, connection } = file;
    // Fails first when the file cannot be written.
    connection.exec('begin immediate; rollback');
    const record = await executedMigrations(options.file, kysely);
    await remakeSetAside(kysely);
    // Before the replay appends to the audit.
    const missingEntries = isUpToDate(record) ? await countMissing(file, options) : 0;
    if (!record.executed.includes(FIRST_WITH_AUDIT)) refuseOtherHead(options);
    // Into the tables of their own schema; spills of an older version after the migration.
    const before = isUpToDate(record) ? await replayOrphans(file, options) : [];
    await backUpOlder(file, record, options);
    await migrate(options.file, kysely);
    if (options.isBrief !== true) await compactAtStart(file).catch(() => undefined);
    const after = await replayOrphans(file, options);
    const { format, chain } = await openKeys(file, options);
    await applySealing(kysely, format);
    await resealStrays(kysely, format.vault);
    if (options.isRestored === true) await chain.startAnew(kysely);
    await ensureReserve(options.file).catch(() => undefined);
    const isHeadMissing = chain.readHead() === null && (await hasEntries(file));
    if (chain.readHead() === null && !isHeadMissing) refuseOtherHead(options);
    const mirror = new Mirror(file);
    const findings = { ...findingsOf([...before, ...after]), isHeadMissing, missingEntries };
    return { file, mirror, format, chain, outage: null, findings };
  });

const sweepLeftovers = ({ file, masterKey }: DatabaseOptions): void => {
  try {
    sweepBackupDrafts(file);
    sweepDrafts(masterKey.folder);
  } catch {
    // A folder that cannot be used fails with an explanation later.
  }
};

/** Starts in memory with a file that is locked or refuses the replay; null when it is locked before its migration. */
const openLocked = async (options: DatabaseOptions, cause: unknown): Promise<Opened | null> => {
  try {
    return await beginInMemory(options, openFileOf(options), cause);
  } catch (error) {
    if (isBusy(error)) return null;
    throw error;
  }
};

/** Starts in memory when the disk is full or read-only. */
const openFull = async (options: DatabaseOptions, cause: unknown): Promise<Opened> => {
  try {
    return await beginInMemory(options, openFileOf(options), cause);
  } catch (error) {
    if (!hasNoRoom(options.file, error)) throw error;
    return await beginInMemory(options, () => readIntoMemory(options.file), cause);
  }
};

const openFileOf = (options: DatabaseOptions) => () => OpenedFile.open(options.file, options.beforeStatement);

/** Starts with an outage: the rows that can be read are mirrored, and every write is pending. */
const beginInMemory = (options: DatabaseOptions, open: () => OpenedFile, cause: unknown): Promise<Opened> =>
  withFile(
    options,
    async (file) => {
      if (!isUpToDate(await executedMigrations(options.file, file.kysely))) throw cause;
      const keys = await openKeys(file, options);
      const mirror = new Mirror(file);
      const spill = new SpillFile(options.file, CURRENT_SCHEMA, keys.format.vault);
      const outage = new Outage(spill, databaseCode(cause));
      const missingEntries = await countMissing(file, options);
      outage.watermark = await readWatermark(mirror.rows.kysely, keys.format.vault);
      const { vault } = keys.format;
      const replayed: Replayed[] = [];
      for (const name of findOrphanSpills(options.file)) {
        const orphan = readSpill(name, options.file, vault, options.now);
        const spilled = spilledIn(orphan, vault);
        const count = await mirror.rows.write((trx) => replaySpilled(trx, spilled, keys));
        outage.takeOver(orphan, spilled);
        replayed.push({ orphan, count });
      }
      const findings = { ...findingsOf(replayed), isHeadMissing: false, missingEntries };
      return { file, mirror, ...keys, outage, findings };
    },
    open,
  );

/**
 * Refuses a new database beside the audit head of another one, which was deleted or replaced: every token would be shown
 * as missing, so the operator has to say that it is meant.
 */
const refuseOtherHead = ({ file, masterKey, isRestored }: DatabaseOptions): void => {
  if (isRestored === true || !hasHead(file)) return;
  const head = headOf(file);
  const backup = findNewestGoodBackup(file, masterKeyIds(masterKey));
  const restore =
    backup === null
      ? 'put it back'
      : `put it back, or run \`vega-auth restore\` (the newest good backup is ${backup})`;
  throw new DatabaseError(
    file,
    `The database ${file} is new, and beside it lies ${head}, which another database has signed: that one was deleted or replaced. Either ${restore}, or say that a new one is meant: mv ${head} ${head}.old. Nothing was changed.`,
  );
};

/** How many entries of the signed head are not in the file. After a crash the head may lag, but never lead. */
const countMissing = async (file: OpenedFile, options: DatabaseOptions): Promise<number> => {
  if (options.isRestored === true) return 0;
  const { chain } = await openKeys(file, options);
  return Math.max(0, (chain.readHead()?.sequence ?? 0) - (await findLastLink(file.kysely)).sequence);
};

/** Opens the file for `work`, and closes it on an error, which is explained. */
const withFile = async (
  options: DatabaseOptions,
  work: (file: OpenedFile) => Promise<Opened>,
  open = openFileOf(options),
): Promise<Opened> => {
  let file: OpenedFile | null = null;
  try {
    if (!existsSync(options.file)) refuseOtherHead(options);
    file = open();
    refuseDamage(file.connection);
    return await work(file);
  } catch (error) {
    await file?.close();
    if (isDamage(error)) throw damaged(options.file, masterKeyIds(options.masterKey), error);
    throw error instanceof DatabaseError ? error : explain(options.file, error);
  }
};

/** Backs up before a migration, unless there is no key yet to seal the backup with. */
const backUpOlder = async (
  { kysely }: OpenedFile,
  record: MigrationRecord,
  { file, masterKey, now }: DatabaseOptions,
): Promise<void> => {
  if (isUpToDate(record) || !record.executed.includes(FIRST_WITH_KEY)) return;
  const db = record.isFormer ? underFormerNames(kysely) : kysely;
  await makeBackup(file, await openVault(file, db, masterKey), now);
};

const FIRST_WITH_KEY = '0003-api-configs';
const FIRST_WITH_AUDIT = '0006-audit';

const openKeys = async (
  { kysely }: OpenedFile,
  { file, zone, masterKey, sealsTokens = false }: DatabaseOptions,
) => {
  const vault = await openVault(file, kysely, masterKey);
  const key = await openAuditKey(kysely, vault);
  const chain = new AuditChain(key, new AuditHead(file, key));
  return { format: { zone, vault, sealsTokens }, chain, isMisfit: isRefused };
};

interface Replayed {
  readonly orphan: OrphanSpill;
  /** How many of its transactions the database lacked. */
  readonly count: number;
}

/** Replays what programs have left that ended since, on a connection of its own: as another program's writes. */
export const replayLeft = async (options: DatabaseOptions): Promise<void> => {
  if (findOrphanSpills(options.file).length === 0) return;
  const file = OpenedFile.open(options.file, options.beforeStatement);
  try {
    if ((await readTombstone(file.kysely)) === null) await replayOrphans(file, options);
  } finally {
    await file.close();
  }
};

/** Replays each orphan spill in one transaction, and removes it. */
const replayOrphans = async (file: OpenedFile, options: DatabaseOptions): Promise<readonly Replayed[]> => {
  const replayed: Replayed[] = [];
  for (const name of findOrphanSpills(options.file)) {
    const keys = await openKeys(file, options);
    const { vault } = keys.format;
    const orphan = readSpill(name, options.file, vault, options.now);
    const count = await file.write(
      (trx) => replaySpilled(trx, spilledIn(orphan, vault), keys),
      async (trx) => keys.chain.markStored(trx),
    );
    settleSpill(orphan);
    replayed.push({ orphan, count });
  }
  return replayed;
};

const findingsOf = (all: readonly Replayed[]) => ({
  replayed: all.reduce((sum, { count }) => sum + count, 0),
  tornBytes: all.reduce((sum, { orphan }) => sum + orphan.tornBytes, 0),
  damaged: all.flatMap(({ orphan }) => orphan.damage ?? []),
});

const hasEntries = async ({ kysely }: OpenedFile): Promise<boolean> =>
  (await findLastLink(kysely)).sequence > 0;
