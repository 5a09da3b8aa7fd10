export const makes = {};

/**
 * Our tables have a prefix, because the file is the user's. Tables of an older vega-auth are renamed before the first
 * migration runs (`src/db/sqlite/schema/own-tables.ts`), and a new database has the prefix from the start, so this migration does nothing.
 */
export const up = async (): Promise<void> => undefined;
