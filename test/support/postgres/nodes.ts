import { Client } from 'pg';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { DisposalStack } from '../../../src/services/disposal-stack.ts';
import { Folder } from '../../db/temporary-database.ts';
import { sharedPostgres } from '../postgres.ts';

const MASTER_KEY = 'a'.repeat(64);

/** One PostgreSQL database, a client of another program, and as many nodes on it as a test opens. */
export interface Nodes extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly client: Client;
  /** A node on that machine: by the same name it finds what it has left there. */
  open(machine: string, by?: (url: string) => string): Promise<PostgresDatabase>;
}

export const openNodes = async (): Promise<Nodes> => {
  const stack = new DisposalStack();
  const folder = new Folder();
  stack.defer(() => folder[Symbol.dispose]());
  const server = await sharedPostgres();
  const url = await server.createMigrated();
  stack.defer(() => server.dropDatabase(url));
  const client = new Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  return {
    url,
    port: server.port,
    client,
    open: async (machine, by = (way) => way) =>
      stack.use(
        await PostgresDatabase.open({
          url: by(url),
          zone: IST,
          masterKey: { given: [new Secret(MASTER_KEY)], folder: folder.file(machine) },
        }),
      ),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
};
