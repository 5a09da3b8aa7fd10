import { createHmac } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { postgresMigrations } from '../../../migrations/index.ts';
import type { Change } from '../change.ts';
import type { SpillDamage } from '../database.ts';
import { DatabaseError } from '../database-error.ts';
import { errorCode } from '../error-code.ts';
import type { Vault } from '../secrets/vault.ts';
import { Mutex } from '../spill/mutex.ts';
import {
  findDamagedSpills,
  findOrphanSpills,
  type OrphanSpill,
  readSpill,
  settleSpill,
} from '../spill/orphan-spills.ts';
import { PendingWrites } from '../spill/pending-writes.ts';
import { type Spilled, spilledIn } from '../spill/replay-spilled.ts';
import { ensureReserve, SpillFile } from '../spill/spill-file.ts';

const [SCHEMA = ''] = Object.keys(postgresMigrations).slice(-1);

interface Options {
  /** The folder of the key file. */
  readonly folder: string;
  /** Tells one database from another: spills of several may lie in one folder. */
  readonly auditKey: Buffer;
  readonly vault: () => Vault;
  /** Replays in one transaction what the database lacks; answers how many transactions that were. */
  readonly replay: (spilled: Iterable<Spilled>) => Promise<number>;
}

/** What was found in the spills of processes that have ended. */
interface Found {
  readonly replayed: number;
  readonly tornBytes: number;
  readonly damaged: readonly SpillDamage[];
}

/**
 * What exists already and waits for the server, sealed in a file beside the key. It is replayed in order, and before
 * anything else is written; so are the spills of processes that have ended on this machine.
 */
export class SpilledWrites {
  readonly #options: Options;
  /** How the files begin: there is none of exactly this name. */
  readonly #base: string;
  readonly #mutex = new Mutex();
  readonly #locked = new Map<string, SpillDamage>();
  #own: PendingWrites | null = null;

  constructor(options: Options) {
    this.#options = options;
    const name = createHmac('sha256', options.auditKey).update('spill').digest('hex').slice(0, 8);
    this.#base = path.join(options.folder, `postgres-${name}`);
  }

  get pending(): number {
    return this.#own?.pending ?? 0;
  }

  /** Everything that is pending would survive the end of this process. */
  get isOnDisk(): boolean {
    return this.#own?.isOnDisk ?? true;
  }

  holdsToken(accountNumber: number, apiName: string): boolean {
    return this.#own?.holdsToken(accountNumber, apiName) ?? false;
  }

  /** Files that could not be read, or not wholly. */
  damaged(): readonly string[] {
    const locked = [...this.#locked.keys()].filter((file) => existsSync(file));
    return [...findDamagedSpills(this.#base), ...locked.map((file) => path.basename(file))];
  }

  /** Makes room for the next spill, so that it does not fail when the disk is full by then. */
  async reserve(): Promise<void> {
    await ensureReserve(this.#base).catch(() => undefined);
  }

  /** Throws when the disk does not take it; then it stays pending in memory. */
  keep(changes: readonly Change[]): Promise<void> {
    return this.#mutex.run(async () => {
      this.#own ??= new PendingWrites(new SpillFile(this.#base, SCHEMA, this.#options.vault()));
      await this.#own.keep(changes);
    });
  }

  /** Replays this process's own writes. Throws when the database does not take them; then they stay. */
  giveBack(): Promise<void> {
    if (this.#own === null) return Promise.resolve();
    return this.#mutex.run(async () => {
      const own = this.#own;
      if (own === null) return;
      await own.sync().catch(() => undefined);
      await this.#options.replay(own.transactions(() => []));
      this.#own = null;
      await own.clear().catch(() => undefined);
    });
  }

  /** Replays the spills of processes that have ended. One that cannot be opened, or not wholly, is kept. */
  giveBackOrphans(now: Date): Promise<Found> {
    return this.#mutex.run(async () => {
      const found: { replayed: number; orphans: OrphanSpill[] } = { replayed: 0, orphans: [] };
      for (const file of findOrphanSpills(this.#base)) {
        const orphan = this.#readIfOpens(file, now);
        if (orphan === null) continue;
        found.replayed += await this.#options.replay(spilledIn(orphan, this.#options.vault()));
        settle(orphan);
        found.orphans.push(orphan);
      }
      return {
        replayed: found.replayed,
        tornBytes: found.orphans.reduce((sum, { tornBytes }) => sum + tornBytes, 0),
        damaged: [...found.orphans.flatMap(({ damage }) => damage ?? []), ...this.#locked.values()],
      };
    });
  }

  /** Leaves what is pending for the next start. */
  async leave(): Promise<void> {
    await this.#mutex.run(async () => this.#own?.leave());
  }

  /** Null when it was sealed with a key that is not at hand, or another process has removed it. */
  #readIfOpens(file: string, now: Date): OrphanSpill | null {
    this.#locked.delete(file);
    try {
      return readSpill(file, this.#base, this.#options.vault(), now);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      if (!(error instanceof DatabaseError)) throw error;
      this.#locked.set(file, { file, unreadBytes: statSync(file).size, missing: 0 });
      return null;
    }
  }
}

/** Several processes may replay the same spill, each of them what the database lacks: one of them settles its file. */
const settle = (orphan: OrphanSpill): void => {
  try {
    settleSpill(orphan);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
};
