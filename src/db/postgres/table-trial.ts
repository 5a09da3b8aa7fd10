import type { Database, TrialOrder, UnfitTable } from '../database.ts';
import { databaseCode } from '../database-error.ts';
import type { TokenFormat } from '../queries/tokens.ts';
import { rehearseRun } from '../run-trial.ts';
import type { OpenedPostgres } from './opened-postgres.ts';
import { isContended, isUnavailable } from './sqlstate.ts';

/**
 * Dry run of everything that a run writes, with the functions of a run, rolled back. Null when every table takes it, or
 * when nobody can write at present.
 */
export const findUnfitTable = async (
  database: TokenFormat & Pick<Database, 'audit'>,
  opened: OpenedPostgres,
  order: TrialOrder,
): Promise<UnfitTable | null> => {
  let table = 'upstox_tokens';
  try {
    await opened.dryRun((trx) =>
      rehearseRun(trx, database, order, (name) => {
        table = name;
      }),
    );
    return null;
  } catch (error) {
    if (isUnavailable(error) || isContended(error)) return null;
    const named = tableOf(error) ?? table;
    const words = error instanceof Error ? error.message : databaseCode(error);
    return {
      table: named,
      message: `The table ${named} does not take what a run writes: ${words}.`,
      cure: `Remove the trigger, constraint or index that another program has put on ${named} (\`\\d ${named}\` in psql shows them), then run \`vega-auth doctor\`.`,
    };
  }
};

const tableOf = (error: unknown): string | null =>
  error instanceof Error && 'table' in error && typeof error.table === 'string' ? error.table : null;
