import { existsSync } from 'node:fs';
import { AuditChain, findLastLink } from './audit/audit-chain.ts';
import { AuditHead, hasHead, headOf } from './audit/audit-head.ts';
import { damaged, findNewestGoodBackup, makeBackup, sweepBackupDrafts } from './backup/backups.ts';
import { readIntoMemory } from './backup/snapshot.ts';
import { explain, hasNoRoom, isBusy, isDamage, isRefused, refuseDamage, sqliteCode } from './connection.ts';
import { DatabaseError } from './database-error.ts';
import { Mirror } from './failover/mirror.ts';
import {
  findOrphanSpills,
  type OrphanSpill,
  readSpill,
  type SpillDamage,
  settleSpill,
} from './failover/orphan-spills.ts';
import { Outage } from './failover/outage.ts';
import { replaySpilled, spilledIn } from './failover/replay-spilled.ts';
import { retryWithin } from './failover/retry-within.ts';
import { ensureReserve, SpillFile } from './failover/spill-file.ts';
import { readWatermark } from './failover/watermark.ts';
import { sweepDrafts } from './files/drafts.ts';
import { compactAtStart } from './files/free-space.ts';
import type { BeforeStatement } from './immediate-dialect.ts';
import { OpenedFile } from './opened-file.ts';
import type { TokenFormat } from './queries/tokens.ts';
import { underFormerNames } from './schema/former-names.ts';
import { CURRENT_SCHEMA, executedMigrations, isUpToDate, migrate } from './schema/migrations.ts';
import type { MigrationRecord } from './schema/own-tables.ts';
import { replacePutAside } from './schema/user-tables.ts';
import { type MasterKeySource, masterKeyIds } from './secrets/master-key.ts';
import { openAuditKey, openVault, settleSeals } from './secrets/sealed-values.ts';

export interface DatabaseOptions {
  readonly file: string;
  /** The zone in which wall times stand in the file. */
  readonly zone: string;
  readonly masterKey: MasterKeySource;
  /** Names the backup that is made before the tables are brought up to date. */
  readonly now: Date;
  /** VEGA_SEAL_TOKENS. */
  readonly sealsTokens?: boolean;
  /** Opened for a short look: it waits longer for a lock, and leaves the file's upkeep to others. */
  readonly isBrief?: boolean;
  /** A backup has just taken the place of the file: the audit goes on from its end. */
  readonly isRestored?: boolean;
  readonly beforeStatement?: BeforeStatement | undefined;
}

/** What a start has found and put right. */
export interface Findings {
  /** Transactions of earlier processes that the file had not got. */
  readonly replayed: number;
  /** Of their spills, what was not whole. */
  readonly tornBytes: number;
  /** Spills that are damaged: what is whole in them was replayed, and their files are kept. */
  readonly damaged: readonly SpillDamage[];
  /** There are entries, and no signed head that tells how many there should be. */
  readonly isHeadMissing: boolean;
  /** So many entries are missing at the end of the audit: the file is an earlier copy. */
  readonly missingEntries: number;
}

/** A database that is ready for use. */
export interface Opened {
  readonly file: OpenedFile;
  readonly mirror: Mirror;
  readonly format: TokenFormat;
  readonly chain: AuditChain;
  readonly findings: Findings;
  /** The file can be read and not be written: the program begins in memory. */
  readonly outage: Outage | null;
}

/** How long a start waits for another process's lock before it begins in memory, and before it gives up. */
const LOCKED_AFTER_MS = 1000;
const START_WAIT_MS = 4000;

/** Opens or makes the file, gives it what earlier processes have spilled, and brings its tables up to date. */
export const openDatabase = async (options: DatabaseOptions): Promise<Opened> => {
  sweepLeftovers(options);
  try {
    return await retryWithin(() => openFile(options), isBusy, LOCKED_AFTER_MS);
  } catch (error) {
    // What an earlier process has spilled stays there, and what can be read is served.
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
    // Whoever cannot write finds out before anything else is done.
    connection.exec('begin immediate; rollback');
    const record = await executedMigrations(options.file, kysely);
    await replacePutAside(kysely);
    // Before anything that was spilled continues the audit.
    const missingEntries = isUpToDate(record) ? await countMissing(file, options) : 0;
    if (!record.executed.includes(FIRST_WITH_AUDIT)) refuseOtherHead(options);
    // With the tables that they were meant for; those of an older program only once its tables are up to date.
    const before = isUpToDate(record) ? await giveBack(file, options) : NOTHING;
    await backUpOlder(file, record, options);
    await migrate(options.file, kysely);
    // What cannot be made smaller now stays as large as it is.
    if (options.isBrief !== true) await compactAtStart(file).catch(() => undefined);
    const after = await giveBack(file, options);
    const { format, chain } = await openKeys(file, options);
    await settleSeals(kysely, format);
    if (options.isRestored === true) await chain.startAnew(kysely);
    await ensureReserve(options.file).catch(() => undefined);
    const isHeadMissing = chain.readHead() === null && (await hasEntries(file));
    if (chain.readHead() === null && !isHeadMissing) refuseOtherHead(options);
    const mirror = new Mirror(file);
    const replayed = before.replayed + after.replayed;
    const tornBytes = before.tornBytes + after.tornBytes;
    const damaged = [...before.damaged, ...after.damaged];
    const findings = { replayed, tornBytes, damaged, isHeadMissing, missingEntries };
    return { file, mirror, format, chain, outage: null, findings };
  });

/** What killed processes have left unfinished. A folder that cannot be read or written to says so when it is used. */
const sweepLeftovers = ({ file, masterKey }: DatabaseOptions): void => {
  try {
    sweepBackupDrafts(file);
    sweepDrafts(masterKey.folder);
  } catch {
    // The start goes on, or says in words why it cannot.
  }
};

/** A file that another program keeps locked, or that refuses what was spilled, can be read all the same; null when it has yet to be brought up to date. */
const openLocked = async (options: DatabaseOptions, cause: unknown): Promise<Opened | null> => {
  try {
    return await beginInMemory(options, openFileOf(options), cause);
  } catch (error) {
    if (isBusy(error)) return null;
    throw error;
  }
};

/** A full disk, or one that is read-only: the tokens that are there can be used all the same. */
const openFull = async (options: DatabaseOptions, cause: unknown): Promise<Opened> => {
  try {
    return await beginInMemory(options, openFileOf(options), cause);
  } catch (error) {
    if (!hasNoRoom(options.file, error)) throw error;
    return await beginInMemory(options, () => readIntoMemory(options.file), cause);
  }
};

const openFileOf = (options: DatabaseOptions) => () => OpenedFile.open(options.file, options.beforeStatement);

/** Begins with the rows that can be read; what is written waits until the file can be written. */
const beginInMemory = (options: DatabaseOptions, open: () => OpenedFile, cause: unknown): Promise<Opened> =>
  withFile(
    options,
    async (file) => {
      if (!isUpToDate(await executedMigrations(options.file, file.kysely))) throw cause;
      const keys = await openKeys(file, options);
      const mirror = new Mirror(file);
      const spill = new SpillFile(options.file, CURRENT_SCHEMA, keys.format.vault);
      const outage = new Outage(spill, sqliteCode(cause));
      const missingEntries = await countMissing(file, options);
      outage.watermark = await readWatermark(mirror.rows.kysely, keys.format.vault);
      const { vault } = keys.format;
      const lefts = findOrphanSpills(options.file).map((left) =>
        readSpill(left, options.file, vault, options.now),
      );
      let replayed = 0;
      for (const left of lefts) {
        const spilled = spilledIn(left, vault);
        replayed += await mirror.rows.write((transaction) => replaySpilled(transaction, spilled, keys));
        outage.takeOver(left, spilled);
      }
      const findings = { ...found(lefts), replayed, isHeadMissing: false, missingEntries };
      return { file, mirror, ...keys, outage, findings };
    },
    open,
  );

/**
 * A new database beside the head of another one: that one was deleted or replaced. Going on would show every token as
 * missing, so the operator says first whether that is meant.
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

/** How many entries the signed head tells of that are not there. A crash leaves a head that lags, never one that leads. */
const countMissing = async (file: OpenedFile, options: DatabaseOptions): Promise<number> => {
  if (options.isRestored === true) return 0;
  const { chain } = await openKeys(file, options);
  return Math.max(0, (chain.readHead()?.sequence ?? 0) - (await findLastLink(file.kysely)).sequence);
};

/** Nothing is kept of a file that turns out not to be usable. */
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

/** A copy of what an older vega-auth has left. The tables of a predecessor have no key yet that a copy could be sealed with. */
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
  return { format: { zone, vault, sealsTokens }, chain: new AuditChain(key, new AuditHead(file, key)) };
};

/** Gives the file what earlier processes have spilled, each spill in one transaction. */
const giveBack = async (file: OpenedFile, options: DatabaseOptions): Promise<GivenBack> => {
  const lefts: OrphanSpill[] = [];
  let replayed = 0;
  for (const name of findOrphanSpills(options.file)) {
    const keys = await openKeys(file, options);
    const { vault } = keys.format;
    const left = readSpill(name, options.file, vault, options.now);
    replayed += await file.write(
      (transaction) => replaySpilled(transaction, spilledIn(left, vault), keys),
      async (transaction) => keys.chain.markStored(transaction),
    );
    settleSpill(left);
    lefts.push(left);
  }
  return { ...found(lefts), replayed };
};

type GivenBack = Omit<Findings, 'isHeadMissing' | 'missingEntries'>;

const NOTHING: GivenBack = { replayed: 0, tornBytes: 0, damaged: [] };

const found = (lefts: readonly OrphanSpill[]) => ({
  tornBytes: lefts.reduce((sum, { tornBytes }) => sum + tornBytes, 0),
  damaged: lefts.flatMap(({ damage }) => damage ?? []),
});

const hasEntries = async ({ kysely }: OpenedFile): Promise<boolean> =>
  (await findLastLink(kysely)).sequence > 0;
