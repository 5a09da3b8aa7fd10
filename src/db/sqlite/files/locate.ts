import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseError } from '../../database-error.ts';

/** Where the predecessor and other programs expect it. */
const CANDIDATES = ['vega_trade.db', path.join('database', 'vega_trade.db')] as const;

/**
 * The absolute path of the database: `asked`, else the one of the two usual places that exists, else a new
 * `./vega_trade.db`. Throws a `DatabaseError` when both exist.
 */
export const locateDatabase = (asked: string | null, workingDirectory: string): string => {
  if (asked !== null) return path.resolve(workingDirectory, asked);
  const existing = CANDIDATES.filter((candidate) => existsSync(path.join(workingDirectory, candidate)));
  if (existing.length > 1) {
    const both = existing.join(' and ');
    throw new DatabaseError(both, `There are two databases, ${both}. Set VEGA_DB_PATH to the one to use.`);
  }
  return path.join(workingDirectory, existing[0] ?? CANDIDATES[0]);
};
