/** The table of executed migrations, and its lock. Their names are ours, because other programs use the same library. */
export const RECORD = 'vega_migration';
export const RECORD_LOCK = 'vega_migration_lock';
