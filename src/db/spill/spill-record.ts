export interface SpillHeader {
  readonly spill: string;
  readonly process: number;
  /** Missing in a spill of an older version. */
  readonly birth?: string | null;
  /** The last migration of the database. */
  readonly schema: string;
  /** When the spill was begun; missing in one of an older version. */
  readonly at?: number;
  /** The reserved size in bytes: a shorter file was cut. Missing in one of an older version. */
  readonly room?: number;
}

export interface SpillRecord {
  readonly header: SpillHeader | null;
  /** From 1; null in a record of an older version. */
  readonly number: number | null;
  /** Empty in the header record of an older version. */
  readonly sealed: string;
  /** Its size in the file. */
  readonly bytes: number;
}
