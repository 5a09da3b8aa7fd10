import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** A transaction was undone though nobody asked for it: one of its statements had failed, and its error was caught. */
export class CommitUndone extends Error {
  constructor() {
    super('Nothing was committed: a statement of the transaction had failed before.');
    this.name = 'CommitUndone';
  }
}

/**
 * The connections of a pool. One whose server gives no answer within `answerMs` is cut off, one that is left within a
 * transaction is not used again, and no error quotes the rows that a statement was about. `toError` says what is thrown in place
 * of an error.
 */
export const guardedPool = (
  pool: pg.Pool,
  answerMs: number,
  toError: ToError = (error) => error,
): PostgresPool => ({
  connect: async () => {
    try {
      return guarded(await pool.connect(), answerMs, toError);
    } catch (error) {
      throw toError(error);
    }
  },
  end: () => pool.end(),
});

type ToError = (error: unknown) => unknown;

const guarded = (client: pg.PoolClient, answerMs: number, toError: ToError): PostgresPoolClient => {
  let isSound = true;
  const query = async (text: string, parameters: readonly unknown[]) => {
    // While a query is under way, `end` does not wait for its answer.
    const late = setTimeout(() => void client.end(), answerMs);
    try {
      // An error comes before the server says how the transaction stands.
      isSound = false;
      const result = await client.query(text, parameters.map(storable));
      isSound = client.getTransactionStatus() === 'I';
      if (isCommit(text) && commandOf(result) !== 'COMMIT') throw new CommitUndone();
      return result;
    } catch (error) {
      throw isCommit(text) && isAborted(error) ? new CommitUndone() : toError(withoutRows(error));
    } finally {
      clearTimeout(late);
    }
  };
  return {
    // No query has a cursor.
    query: query as never,
    release: () => client.release(!isSound),
  };
};

/** A notification may stand before it. */
const isCommit = (text: string): boolean => /(^|; )commit$/.test(text);

/** Of several statements, each has its result. */
const commandOf = (result: pg.QueryResult | pg.QueryResult[]): string | undefined =>
  [result].flat().at(-1)?.command;

/** The transaction had failed before, and does nothing more. */
const isAborted = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '25P02';

/** PostgreSQL has no NUL in its texts: it is stored, and looked for, as the character for what cannot be shown. */
const storable = (value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '\u{fffd}') : value;

/** A detail such as "Failing row contains (…)" may be a token. */
const withoutRows = (error: unknown): unknown => {
  if (error instanceof pg.DatabaseError) {
    error.detail = undefined;
    error.where = undefined;
  }
  return error;
};
