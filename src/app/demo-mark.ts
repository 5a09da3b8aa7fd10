import { existsSync, writeFileSync } from 'node:fs';
import { DatabaseError } from '../db/database-error.ts';

/** Lies beside a database that the demo has made: what its broker has said is true of no real account. */
const markOf = (file: string): string => `${file}.demo`;

/** Throws for a database that the demo has not made: a rehearsal would leave its account in whatever state it ends in. */
export const refuseRehearsal = (file: string, databaseUrl: string | null): void => {
  if (databaseUrl !== null)
    throw new DatabaseError(
      file,
      'The demo keeps its tokens in a file. Run it without VEGA_DATABASE_URL, in a folder of its own.',
    );
  if (existsSync(markOf(file)) || !existsSync(file)) return;
  throw new DatabaseError(
    file,
    `The demo has not made ${file}, which may hold tokens of a real account. Run the demo in another folder, or set VEGA_DB_PATH.`,
  );
};

/** Called once the database is there, and before anything of the demo is stored in it. */
export const markForDemo = (file: string): void =>
  writeFileSync(markOf(file), 'Made by `vega-auth demo`; to be removed together with the database.\n', {
    mode: 0o600,
  });

/** Throws for the demo's database: its runs would be resumed, and its cooldowns kept, with a real account. */
export const refuseDemo = (file: string): void => {
  if (!existsSync(markOf(file))) return;
  throw new DatabaseError(
    file,
    `${markOf(file)} says that the demo has made ${file}: its runs, cooldowns and tokens are of no real account. Use another folder, or remove ${file}* and .vega of the demo.`,
  );
};
