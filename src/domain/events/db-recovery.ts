import type { StorageKind } from '../token/token.ts';

/** How it stands with a database that could not be written. */
export interface DbRecovery {
  /** The file cannot be written at present, whatever the reason. */
  readonly dbLocked: boolean;
  /** Where new writes go. */
  readonly fallback: StorageKind;
  /** The program tries by itself until it works; false when the file is damaged and a person has to restore it. */
  readonly autoRestart: boolean;
  /** Transactions that the file has yet to be given. */
  readonly pendingWrites: number;
}
