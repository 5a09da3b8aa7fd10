import { Client } from 'pg';

const AT_ONCE = 12;

const connect = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
};

/** How long a notification takes from one connection to another, ms each. */
export const bareNotifications = async (url: string, count: number): Promise<readonly number[]> => {
  const [from, to] = [await connect(url), await connect(url)];
  await to.query('listen bare');
  const taken: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const begun = performance.now();
    const arrived = new Promise((resolve) => to.once('notification', resolve));
    await from.query(`notify bare, '${number}'`);
    await arrived;
    taken.push(performance.now() - begun);
  }
  await Promise.all([from.end(), to.end()]);
  return taken;
};

/** How many transactions of one row the server commits in a second, from as many connections as the nodes use. */
export const bareCommits = async (url: string, milliseconds: number): Promise<number> => {
  const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => connect(url)));
  await clients[0]?.query('create table if not exists bare (id bigserial primary key, at bigint)');
  const end = performance.now() + milliseconds;
  let count = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < end) {
        await client.query('begin');
        await client.query('insert into bare (at) values ($1)', [Date.now()]);
        await client.query('commit');
        count += 1;
      }
      await client.end();
    }),
  );
  return (count * 1000) / milliseconds;
};
