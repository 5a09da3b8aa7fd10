import { randomInt } from 'node:crypto';

/** The channel on which every transaction that has written something says by whom it was written. */
export const CHANNEL = 'vega_written';

/** Tells the transactions of one program from those of others. */
export const newWriter = (): string => String(randomInt(1, 2 ** 47));

/** Commits, and notifies once, together with the commit, where the transaction has written something. */
export const commitAndNotify = (writer: string): string =>
  `select pg_notify('${CHANNEL}', '${writer}') where pg_current_xact_id_if_assigned() is not null; commit`;
