import { PendingWrites } from '../../spill/pending-writes.ts';
import type { SpillFile } from '../../spill/spill-file.ts';
import { meansDamage } from '../connection.ts';
import type { Watermark } from './watermark.ts';

/** A time in which the file cannot be written, with the writes that are pending. */
export class Outage extends PendingWrites {
  readonly #since = performance.now();
  #code: string;
  #hasSeenDamage = false;
  /** What the operator has to do about a file that was deleted or replaced; null when retrying is enough. */
  advice: string | null = null;
  /** A backup of a file that was deleted or replaced while it was open; resolves to null when none could be made. */
  backup: Promise<string | null> | null = null;
  /** What the file held before the outage; null when it could not be read. */
  watermark: Watermark | null = null;

  constructor(spill: SpillFile, code: string) {
    super(spill);
    this.#code = code;
    this.code = code;
  }

  /** SQLite's code, such as SQLITE_BUSY, or a `FileChange`. */
  get code(): string {
    return this.#code;
  }

  set code(code: string) {
    this.#code = code;
    this.#hasSeenDamage ||= meansDamage(code);
  }

  /** The file was found damaged, whatever has been found since: it is written again only when it is sound. */
  get hasSeenDamage(): boolean {
    return this.#hasSeenDamage;
  }

  get seconds(): number {
    return Math.round((performance.now() - this.#since) / 1000);
  }
}
