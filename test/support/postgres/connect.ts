import { Client } from 'pg';

/** A connection of another program, which ends with its scope; `ask` answers rows. */
export const connect = async (connectionString: string) => {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  const ask = async (text: string, values: readonly unknown[] = []) =>
    (await client.query(text, [...values])).rows;
  return { ask, [Symbol.asyncDispose]: () => client.end() };
};

export type Connection = Awaited<ReturnType<typeof connect>>;
