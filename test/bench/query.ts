import './bench-folder.ts';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import type { QueryContender } from './query-server.ts';
import { atLeast, atMost, machine, median, type Ratio, tell } from './ratios.ts';

const CONNECTIONS = 50;
const REQUESTS = 6000;
const ROUNDS = 3;

const QUERIES = {
  /** Nothing but the way in and out. */
  nothing: '{ __typename }',
  authState: '{ authState { accountId state since primaryPresent cooldown { active } } }',
  tokens: '{ tokens { apiName isPrimary verdict expiresAt generatedAt } }',
} as const;
type QueryName = keyof typeof QUERIES;
const NAMES = Object.keys(QUERIES) as QueryName[];

const SAYS: Readonly<Record<QueryContender, string>> = {
  ours: 'vega-auth, key checked',
  misses: 'vega-auth without the answer cache',
  yoga: 'plain Yoga + Pothos + Kysely',
  bare: 'bare node:http with a ready answer',
};
const CONTENDERS = Object.keys(SAYS) as QueryContender[];

interface Measured {
  /** Of the server's time, µs a request. */
  readonly cpu: number;
  readonly perSecond: number;
}

const post = (agent: http.Agent, port: number, key: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${key}`,
    };
    const request = http.request(
      { host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent, headers },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      },
    );
    request.on('error', reject);
    request.end(body);
  });

/** Fifty connections, each of which asks again as soon as it has its answer. */
const load = async (port: number, key: string, query: QueryName, count: number): Promise<void> => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = JSON.stringify({ query: QUERIES[query] });
  let left = count;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (; left > 0; left -= 1) {
        const answer = await post(agent, port, key, body);
        if (!answer.startsWith('{"data":{')) throw new Error(`This is no answer: ${answer.slice(0, 200)}`);
      }
    }),
  );
  agent.destroy();
};

const spent = async (server: ChildProcess): Promise<number> => {
  server.send('MEASURE');
  const [{ cpu }] = await once(server, 'message');
  return cpu.user + cpu.system;
};

const measure = async (name: QueryContender): Promise<ReadonlyMap<QueryName, Measured>> => {
  const server = fork(path.join(import.meta.dirname, 'query-server.ts'), [name], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  try {
    const [{ port, key }] = await once(server, 'message');
    const results = new Map<QueryName, Measured>();
    for (const query of NAMES) {
      await load(port, key, query, REQUESTS / 3);
      const [before, begun] = [await spent(server), performance.now()];
      await load(port, key, query, REQUESTS);
      const [after, ended] = [await spent(server), performance.now()];
      results.set(query, {
        cpu: (after - before) / REQUESTS,
        perSecond: (REQUESTS * 1000) / (ended - begun),
      });
    }
    return results;
  } finally {
    server.kill('SIGKILL');
  }
};

const measured = new Map(
  CONTENDERS.map((name): [QueryContender, ReadonlyMap<QueryName, Measured>[]] => [name, []]),
);
for (let round = 1; round <= ROUNDS; round += 1) {
  for (const name of CONTENDERS) {
    process.stderr.write(`round ${round} of ${ROUNDS}, ${name}          \r`);
    measured.get(name)?.push(await measure(name));
  }
}

const of = (name: QueryContender, query: QueryName, key: keyof Measured): number =>
  median((measured.get(name) ?? []).map((results) => results.get(query)?.[key] ?? Number.NaN));
const cell = (value: number): string => value.toFixed(0).padStart(14);
const table = CONTENDERS.map(
  (name) =>
    `${SAYS[name].padEnd(38)}${NAMES.map((query) => cell(of(name, query, 'cpu'))).join('')}${NAMES.map((query) => cell(of(name, query, 'perSecond'))).join('')}`,
);
const hit = (query: QueryName): Ratio =>
  atLeast(
    `${query}, unchanged: times as fast as plain Yoga, by the server's time`,
    of('yoga', query, 'cpu') / of('ours', query, 'cpu'),
    6,
  );
const miss = (query: QueryName): Ratio =>
  atMost(
    `${query}, made anew : plain Yoga, by the server's time`,
    of('misses', query, 'cpu') / of('yoga', query, 'cpu'),
    1.1,
  );
const heads = [...NAMES.map((query) => `${query} µs`), ...NAMES.map((query) => `${query} /s`)];
tell(
  [
    machine(),
    `${CONNECTIONS} connections, six tokens in the database, ${REQUESTS} requests; medians of ${ROUNDS} interleaved rounds; µs of the server's time.`,
    '',
    `${''.padEnd(38)}${heads.map((head) => head.padStart(14)).join('')}`,
    ...table,
  ],
  [hit('authState'), hit('tokens'), miss('nothing'), miss('authState'), miss('tokens')],
);
