import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { listing } from '../recipes/listings.ts';
import { PostgresServer } from '../support/postgres.ts';
import { Program } from '../support/program.ts';
import { until } from '../support/test-app.ts';
import { environmentOfService, postgresSettings, serviceOf } from './cluster-file.ts';
import { argumentsOf, readStages, textsOf } from './dockerfile.ts';

const [FINAL] = readStages().slice(-1);

/** Makes the secrets with the commands of the documents; `init` would ask for the account, which is given instead. */
export const makeSecrets = (folder: string, account: Readonly<Record<string, string | undefined>>): void => {
  const commands = listing('container-cluster-secrets')
    .split('\n')
    .filter((line) => !/^(?:docker|export) /.test(line))
    .join('\n');
  const here = commands
    .replace(/\bsudo /g, '')
    // Only root gives a file away.
    .replace(/ -o 10001\b/g, '')
    .replaceAll('/etc/vega-auth', folder);
  execFileSync('sh', ['-euc', here]);
  const lines = Object.entries(account).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(path.join(folder, '.env'), lines.join(''), { flag: 'a' });
};

/** The server of the service `postgres`, which wants the password of the secret from everybody. */
export const startPostgres = async (secrets: string): Promise<PostgresServer> => {
  const password = readFileSync(path.join(secrets, 'postgres-password'), 'utf8');
  const server = await PostgresServer.start({ settings: postgresSettings() });
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  await client.query(`alter user vega password '${password}'`);
  await client.query('create database vega');
  writeFileSync(path.join(server.folder, 'data/pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
  await client.query('select pg_reload_conf()');
  await client.end();
  return server;
};

export interface Place {
  /** Stands for /etc/vega-auth. */
  readonly secrets: string;
  /** The built program. */
  readonly main: string;
  /** Where PostgreSQL listens. */
  readonly port: number;
}

/** Gives a program what the container of a service would have; answers its environment. */
export const furnish = (
  { directory }: Program,
  name: string,
  { secrets, port }: Place,
): Readonly<Record<string, string>> => {
  const inside = (file: string) => path.join(directory, file);
  copyFileSync(path.join(secrets, '.env'), inside('.env'));
  const { VEGA_DATABASE_URL = '', PGPASSFILE = '', ...settings } = environmentOfService(name);
  const passwords = readFileSync(path.join(secrets, path.basename(PGPASSFILE)), 'utf8');
  writeFileSync(inside('pgpass'), passwords.replace(/^postgres:5432:/, `127.0.0.1:${port}:`), {
    mode: 0o400,
  });
  return {
    ...settings,
    ...{ VEGA_PORT: '0', PGPASSFILE: inside('pgpass') },
    VEGA_DATABASE_URL: VEGA_DATABASE_URL.replace('@postgres/', `@127.0.0.1:${port}/`),
  };
};

/** A service as it runs, in a folder of its own. */
export class Member implements AsyncDisposable {
  readonly name: string;
  readonly program: Program;

  constructor(name: string, place: Place) {
    this.name = name;
    this.program = new Program(place.main);
    this.program.start(serviceOf(name).command ?? [], furnish(this.program, name, place));
  }

  /** What it says in the place of the pattern's group, once it says it. */
  async says(pattern: RegExp): Promise<string> {
    let isOver = false;
    void this.program.exitCode().then(() => {
      isOver = true;
    });
    await until(`${this.name} to say ${pattern}`, () => isOver || pattern.test(this.program.said));
    const [, found] = pattern.exec(this.program.said) ?? [];
    if (found === undefined) throw new Error(`${this.name} has ended: ${this.program.said}`);
    return found;
  }

  /** Where a node listens. */
  url(): Promise<string> {
    return this.says(/listening on (\S+)\n/);
  }

  /** Whether the health check of its container succeeds; a node has another port here. */
  isHealthy(port: string): boolean {
    const ofImage = ['CMD', ...argumentsOf(textsOf(FINAL, 'HEALTHCHECK')[0])];
    const check: readonly string[] = serviceOf(this.name).healthcheck?.test ?? ofImage;
    const here = (word: string) =>
      word
        .replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)
        .replace(/ \/data\//, ` ${this.program.directory}/`);
    const [kind, ...words] = check.map(here);
    const [command = '', ...args] = kind === 'CMD-SHELL' ? ['sh', '-c', ...words] : words;
    try {
      execFileSync(command, args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}
