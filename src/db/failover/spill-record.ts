export interface SpillHeader {
  /** The spill's own id. */
  readonly spill: string;
  readonly process: number;
  /** Missing in a spill of an older version. */
  readonly birth?: string | null;
  /** The last migration that the database had gone through. */
  readonly schema: string;
  /** When the spill was begun; missing in one of an older version. */
  readonly at?: number;
  /** How long the file was made beforehand: one that is shorter was cut. Missing in one of an older version. */
  readonly room?: number;
}

export interface SpillRecord {
  readonly header: SpillHeader | null;
  /** Transactions are counted from 1; null where the record does not tell. */
  readonly number: number | null;
  /** Empty in the first record of a spill of an older version, which is a header alone. */
  readonly sealed: string;
  /** How many bytes it has in the file. */
  readonly bytes: number;
}
