import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { DatabaseError } from '../database-error.ts';

export interface ConnectionSettings {
  /** How messages name the database: its address without user and password. */
  readonly place: string;
  readonly client: pg.ClientConfig;
}

/** Modes of TLS that ask for it. All of them check the server's certificate and its name here. */
const VERIFIED_MODES = ['require', 'verify-ca', 'verify-full'];
const PARAMETERS = ['sslmode', 'sslrootcert', 'host', 'application_name'];

/**
 * Reads `postgres://user:password@host:port/database`. TLS is used, with a verified certificate, wherever the server is on
 * another machine: `sslmode=disable` is how an operator says that the network is safe. `sslrootcert` names a file with the
 * certificates to trust, `host` a folder with the server's socket. Throws a `DatabaseError` that repeats no password.
 */
export const readDatabaseUrl = (text: string): ConnectionSettings => {
  const url = parse(text);
  const socket = url.searchParams.get('host');
  const named = decoded(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const host = socket ?? (named === '' ? 'localhost' : named);
  const port = url.port === '' ? 5432 : Number(url.port);
  const database = decoded(url.pathname.slice(1));
  const place = `postgres://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
  const refuse = (message: string): never => {
    throw new DatabaseError(place, `VEGA_DATABASE_URL (${place}) ${message}`);
  };
  if (database === '') refuse('names no database: postgres://user:password@host:5432/database.');
  const given = [...url.searchParams.keys()];
  const unknown = given.find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) refuse(`has a parameter ${unknown}; known are ${PARAMETERS.join(', ')}.`);
  const repeated = given.find((name, index) => given.indexOf(name) !== index);
  if (repeated !== undefined) refuse(`has the parameter ${repeated} twice.`);
  if (socket !== null && !(socket.startsWith('/') && /^(localhost)?$/.test(named)))
    refuse(
      'has a parameter host, which is for the folder of a socket (/var/run/postgresql) on this machine.',
    );
  const mode = url.searchParams.get('sslmode') ?? (isHere(host) ? 'disable' : 'verify-full');
  if (mode !== 'disable' && !VERIFIED_MODES.includes(mode))
    refuse(
      `has sslmode=${mode}, which trusts any server. Use verify-full, or disable where the network is safe.`,
    );
  return {
    place,
    client: {
      host,
      port,
      database,
      ...(url.username === '' ? {} : { user: decoded(url.username) }),
      ...(url.password === '' ? {} : { password: decoded(url.password) }),
      application_name: url.searchParams.get('application_name') ?? 'vega-auth',
      ssl: mode === 'disable' ? false : tlsOf(url.searchParams.get('sslrootcert'), refuse),
    },
  };
};

const parse = (text: string): URL => {
  const url = URL.parse === undefined ? tryUrl(text) : URL.parse(text);
  if (url !== null && /^postgres(ql)?:$/.test(url.protocol) && !isCutShort(url)) return url;
  throw noAddress();
};

/** A password with a bare / ? or # ends the server's part of the address: the rest of it stands where the database does. */
const isCutShort = (url: URL): boolean => url.hash !== '' || `${url.pathname}${url.search}`.includes('@');

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw noAddress();
  }
};

const noAddress = (): DatabaseError =>
  new DatabaseError(
    'VEGA_DATABASE_URL',
    'VEGA_DATABASE_URL is no address of a PostgreSQL database: postgres://user:password@host:5432/database. Characters such as @ / ? # % in a password are written as %40 %2F %3F %23 %25.',
  );

const tryUrl = (text: string): URL | null => {
  try {
    return new URL(text);
  } catch {
    return null;
  }
};

const isHere = (host: string): boolean =>
  host.startsWith('/') || /^(localhost|127(\.\d+){3}|::1)$/.test(host);

const tlsOf = (rootCertificate: string | null, refuse: (message: string) => never) => {
  if (rootCertificate === null) return { rejectUnauthorized: true };
  try {
    return { rejectUnauthorized: true, ca: readFileSync(rootCertificate, 'utf8') };
  } catch {
    return refuse(`names sslrootcert=${rootCertificate}, which cannot be read.`);
  }
};
