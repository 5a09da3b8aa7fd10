import { DatabaseError, DatabaseUnavailable, databaseCode } from '../database-error.ts';

/**
 * What PostgreSQL's SQLSTATE codes mean here (https://www.postgresql.org/docs/15/errcodes-appendix.html), and the codes that
 * the system gives for its connection. `pg` gives a lost connection no code, only words.
 */
const UNAVAILABLE =
  /^(08...|53...|57P0[1-5]|58...|25006|25P03|XX00[012])$|^E(CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)$|^ENOENT$/;
const LOST_WORDS =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Client was closed/i;

/** Waiting and trying again helps: a lock, a deadlock, or a statement that took too long. */
const CONTENDED = /^(55P03|40001|40P01|57014)$/;

/** The database cannot be reached or written at present, whatever is written. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof CommitUnknown || UNAVAILABLE.test(databaseCode(error)) || LOST_WORDS.test(wordsOf(error));

const REFUSED = /^(22...|23...|42...|P0001|ROW_ALTERED)$/;

/** The database can be written, and a table refuses the row. */
export const isRefused = (error: unknown): boolean => meansRefusal(databaseCode(error));

export const meansRefusal = (code: string): boolean => REFUSED.test(code);

export const isContended = (error: unknown): boolean => CONTENDED.test(databaseCode(error));

/** The answer to a COMMIT was lost: what it committed may be there or not. */
export class CommitUnknown extends DatabaseUnavailable {
  constructor(place: string, options: ErrorOptions) {
    super(place, `Whether ${place} has committed is not known: the connection was lost meanwhile.`, options);
    this.name = 'CommitUnknown';
  }
}

const wordsOf = (error: unknown): string => {
  const cause = error instanceof DatabaseError ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/^28/, 'refuses this user or password. Check VEGA_DATABASE_URL.'],
  [/^3D000$/, 'does not exist. Make it (createdb), or check VEGA_DATABASE_URL.'],
  [/^42501$/, 'does not let this user do that. The user needs to own the database, or its schema public.'],
  [/^53300$/, 'has no connection left. Raise its max_connections, or lower the number of nodes and workers.'],
  [/^53100$/, 'cannot grow: its disk is full.'],
  [/^25006$/, 'can only be read, as a replica can. VEGA_DATABASE_URL has to lead to the primary server.'],
  [/^57P03$/, 'is starting or stopping. Try again in a moment.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'cannot be found: its host name has no address. Check VEGA_DATABASE_URL.'],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_ALTNAME_INVALID)/,
    'has a certificate that is not trusted. Name the one to trust: VEGA_DATABASE_URL=…?sslrootcert=/path/ca.pem.',
  ],
];

/** Says in words why a database cannot be used and what to do. */
export const explain = (place: string, error: unknown): DatabaseError => {
  if (error instanceof DatabaseError) return error;
  const code = databaseCode(error);
  const words = wordsOf(error);
  const explained = EXPLANATIONS.find(([pattern]) => pattern.test(code))?.[1];
  const message = `The database ${place} ${explained ?? otherwise(error, words)}`;
  const Kind = isUnavailable(error) ? DatabaseUnavailable : DatabaseError;
  return new Kind(place, message, { cause: error });
};

const otherwise = (error: unknown, words: string): string => {
  if (/does not support SSL/i.test(words))
    return 'does not speak TLS. Switch it on there, or say sslmode=disable in VEGA_DATABASE_URL where the network is safe.';
  if (/client password must be a string/.test(words))
    return 'asks for a password, and none was given. Put it into the address, into ~/.pgpass, or into PGPASSWORD of the environment.';
  if (isUnavailable(error)) return `cannot be reached (${databaseCode(error) || words}). Is it running?`;
  return `cannot be used: ${words}`;
};
