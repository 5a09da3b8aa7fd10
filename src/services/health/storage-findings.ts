import type { Database } from '../../db/database.ts';
import { findAccounts } from '../../db/queries/accounts.ts';
import type { Finding } from '../../domain/health.ts';

/** Empty where the database can be read. */
export const readFindings = async (database: Database): Promise<readonly Finding[]> => {
  try {
    await findAccounts(database.read);
    return [];
  } catch {
    const nextAction =
      database.folder === null
        ? 'Check that the PostgreSQL server runs, and that this machine reaches it. Until then every verdict is UNKNOWN, and no token is handed out.'
        : 'Check the file, its permissions and the disk.';
    return [{ component: 'DATABASE', state: 'DOWN', message: 'The database cannot be read.', nextAction }];
  }
};

/** What can be said of where things are stored without reading it. */
export const storageFindings = (database: Database, label: string): readonly Finding[] => [
  ...(database.folder === null ? lostServerFindings(database) : lockedFileFindings(database, label)),
  ...damagedSpillFindings(database),
  ...missingEntriesFindings(database),
];

/** While memory has taken over: why, how much waits, and whether it would survive. */
const lockedFileFindings = ({ trouble }: Database, file: string): readonly Finding[] => {
  if (trouble === null) return [];
  const { code, pendingWrites, isOnDisk, advice, seconds } = trouble;
  const heals = `It is tried again by itself; close the program that holds ${file}, or make room on its disk.`;
  const database: Finding = {
    component: 'DATABASE',
    state: advice === null ? 'DEGRADED' : 'DOWN',
    message: `The database cannot be written (${code}) since ${seconds} s; memory has taken over.`,
    nextAction: advice ?? heals,
  };
  const cache: Finding = {
    component: 'CACHE',
    state: isOnDisk ? 'DEGRADED' : 'DOWN',
    message: `${pendingWrites} writes wait in memory${isOnDisk ? ' and in the spill file' : ' alone: the spill file cannot be written either'}.`,
    nextAction: isOnDisk
      ? 'Nothing: they are made up for when the database is back, also after a restart.'
      : 'Do not stop vega-auth before the database is back; make room on the disk, or check the rights of its folder.',
  };
  return [database, cache];
};

/** While the server is gone nothing begins; what existed already waits, and survives where it is on the disk. */
const lostServerFindings = ({ trouble }: Database): readonly Finding[] => {
  if (trouble === null) return [];
  const { code, pendingWrites, isOnDisk, advice, seconds } = trouble;
  const lost: Finding = {
    component: 'DATABASE',
    state: 'DOWN',
    message: `The PostgreSQL server cannot be used (${code}) since ${seconds} s: nothing is submitted to the broker, and nothing is handed out.`,
    nextAction:
      advice ??
      'It is tried again by itself each second; see whether the server runs, whether this machine reaches it, and whether its disk is full.',
  };
  if (pendingWrites === 0) return [lost];
  const waiting: Finding = {
    component: 'CACHE',
    state: isOnDisk ? 'DEGRADED' : 'DOWN',
    message: isOnDisk
      ? `${pendingWrites} writes of what exists already wait in the spill file beside the key.`
      : `${pendingWrites} writes of what exists already wait in this process alone: the spill file cannot be written.`,
    nextAction: isOnDisk
      ? 'Nothing: they are made up for when the server is back, also after a restart of vega-auth on this machine.'
      : 'Do not stop vega-auth before the server is back; make room on the disk, or check the rights of the folder .vega.',
  };
  return [lost, waiting];
};

/** A file that is kept because a part of it could not be read; moved away, it is no finding any more. */
const damagedSpillFindings = (database: Database): readonly Finding[] =>
  database.damagedSpills().map((name) => ({
    component: 'DATABASE',
    state: 'DEGRADED',
    message: `The spill file ${name} is damaged: what is whole in it is in the database, the rest could not be read.`,
    nextAction: `${database.folder === null ? IF_LOCKED : ''}Compare status and audit with what you expect, generate what is missing, then move ${name} to another folder.`,
  }));

const IF_LOCKED =
  'If the master key was changed since it was written, add the old one behind a comma to VEGA_MASTER_KEY and start again. Else: ';

/** An earlier copy of the database lay there at the start. */
const missingEntriesFindings = ({ findings }: Database): readonly Finding[] =>
  findings.missingEntries === 0
    ? []
    : [
        {
          component: 'DATABASE',
          state: 'DEGRADED',
          message: `The database is an earlier copy: ${findings.missingEntries} audit entries, and what was stored with them, are missing.`,
          nextAction:
            'If you did not put it back on purpose: stop every vega-auth and run `vega-auth restore`. Generate the tokens that are missing.',
        },
      ];
