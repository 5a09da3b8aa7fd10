import { arch, release } from 'node:os';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Terminal } from '../command.ts';
import { type ApiConnection, openConnection } from '../connection/api-connection.ts';
import { apiParts, type Part } from './api-parts.ts';
import { scrubber } from './scrub.ts';

interface ManifestRow {
  readonly part: string;
  readonly holds: string;
  /** Why it could not be read; null where it is in the bundle. */
  readonly problem: string | null;
}

export interface Bundle {
  readonly madeAt: string;
  readonly manifest: readonly ManifestRow[];
  readonly leftOut: readonly string[];
  readonly parts: Readonly<Record<string, unknown>>;
}

const LEFT_OUT: readonly string[] = [
  'tokens, client secrets, PIN, TOTP secret, OTPs, master key, access keys, sessions',
  'mobile numbers, user ids and client ids (masked), names of accounts and keys',
  'values of settings, but of a few that are no secrets; users and passwords of proxies',
  'where alerts go, and what people have typed',
  'the database itself, its backups, the log, pages of the broker',
];

/** What helps somebody else to see what is wrong; each part by itself, so that what is broken hides nothing else. */
export const collectBundle = async (terminal: Terminal, now: Date): Promise<Bundle> => {
  const { describeSettings, hiddenValues } = await import('../../config.ts');
  const scrub = scrubber(hiddenValues(terminal.env));
  const own: readonly Part[] = [
    {
      name: 'versions',
      holds: 'vega-auth, Node.js, the system',
      read: () => ({
        vegaAuth: packageJson.version,
        node: process.version,
        platform: `${process.platform} ${arch()} ${release()}`,
      }),
    },
    {
      name: 'settings',
      holds: 'names of settings, whether they are set, a few values',
      read: () => describeSettings(terminal.env),
    },
    ...(await fileParts(terminal)),
  ];
  const read = [...(await readParts(own)), ...(await readApi(terminal))];
  return scrub({
    madeAt: now.toISOString(),
    manifest: read.map(({ part, holds, problem }) => ({ part, holds, problem })),
    leftOut: LEFT_OUT,
    parts: Object.fromEntries(
      read.flatMap(({ part, value, problem }) => (problem === null ? [[part, value]] : [])),
    ),
  }) as Bundle;
};

interface ReadPart extends ManifestRow {
  readonly value: unknown;
}

const readParts = async (parts: readonly Part[]): Promise<readonly ReadPart[]> => {
  const read: ReadPart[] = [];
  for (const { name: part, holds, read: readOne } of parts) {
    try {
      read.push({ part, holds, problem: null, value: await readOne() });
    } catch (error) {
      read.push({ part, holds, problem: problemOf(error), value: null });
    }
  }
  return read;
};

const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** From the file as it lies there, without its keys. */
const fileParts = async ({ env, workingDirectory }: Terminal): Promise<readonly Part[]> => {
  const { databaseFacts } = await import('../../app.ts');
  const facts = () => databaseFacts(env, workingDirectory);
  return [
    { name: 'sqlite', holds: 'the version of SQLite', read: () => facts().sqlite() },
    { name: 'sizes', holds: 'sizes of the database and the files beside it', read: () => facts().sizes() },
    { name: 'damage', holds: 'whether SQLite finds the file damaged', read: () => facts().damage() },
    { name: 'migrations', holds: 'the migrations that the file has', read: () => facts().migrations() },
  ];
};

/** Where the program cannot be opened, every part says why. */
const readApi = async (terminal: Terminal): Promise<readonly ReadPart[]> => {
  let connection: ApiConnection;
  try {
    connection = await openConnection(terminal, { isVisit: true });
  } catch (error) {
    const problem = problemOf(error);
    return [
      { part: 'api', holds: 'health, accounts, APIs, tokens, readiness, runs, audit', problem, value: null },
    ];
  }
  await using opened = connection;
  return await readParts(apiParts(opened.client));
};
