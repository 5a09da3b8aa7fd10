/** What a person has to know of a database whose path leads to another file than the one that is open. */
export interface LostFile {
  readonly code: string;
  /** Where it should lie. */
  readonly path: string;
  /** Where the file that is open lies now; null when it was deleted. */
  readonly openedAt: string | null;
  /** A backup of what is open; null when none could be made. */
  readonly backup: string | null;
}

/** Says what has happened and what to do; null when it heals by itself. */
export const adviceForLost = ({ code, path, openedAt, backup }: LostFile): string | null => {
  const happened = HAPPENED[code];
  if (happened === undefined) return null;
  const opened = openedAt === null || openedAt === path ? '' : ` The one that was in use is ${openedAt} now.`;
  const back = openedAt === null || openedAt === path ? '' : ` Put it back (mv ${openedAt} ${path}), or`;
  const restore =
    backup === null
      ? `${back || ' '} stop every vega-auth and restore the newest backup (vega-auth restore).`
      : ` What it held is saved in ${backup}.${back} stop every vega-auth and run \`vega-auth restore --from ${backup}\`.`;
  return `${path} ${happened}${opened}${restore} Nothing is stored there meanwhile; what was written since comes from the spill file.`.replace(
    /\. {1,2}stop every/g,
    '. Stop every',
  );
};

const HAPPENED: Readonly<Record<string, string>> = {
  DATABASE_DELETED: 'was deleted while it was in use.',
  DATABASE_FOREIGN: 'was replaced while it was in use, by a file that is not this database.',
  DATABASE_OLDER: 'was replaced while it was in use, by an earlier copy that lacks what was stored since.',
  WAL_REPLACED:
    'is the same, but its write-ahead log (-wal) was replaced by another program while it was in use.',
};
