import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import SchemaBuilder from '@pothos/core';
import Sqlite from 'better-sqlite3';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { Kysely, SqliteDialect } from 'kysely';
import type { Tables } from '../../src/db/schema/tables.ts';
import { openBenchApp } from './bench-app.ts';

/** One contender in a process of its own, over a database with six tokens in it. */
export type QueryContender = 'ours' | 'misses' | 'yoga' | 'bare';

const answer = JSON.stringify({ data: { ready: false } });

const bare = async () => {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

interface TokenRow {
  readonly api_name: string;
  readonly is_primary: number | null;
  readonly validity_at: string | number | null;
  readonly generated_at: string | number | null;
}

/** What a first version of such a server looks like: resolvers that ask the database. */
const plainSchema = (db: Kysely<Tables>): GraphQLSchema => {
  const builder = new SchemaBuilder<{ DefaultFieldNullability: false }>({ defaultFieldNullability: false });
  const TokenRef = builder.objectRef<TokenRow>('Token').implement({
    fields: (t) => ({
      apiName: t.exposeString('api_name'),
      isPrimary: t.boolean({ resolve: ({ is_primary }) => is_primary === 1 }),
      verdict: t.string({ resolve: () => 'UNKNOWN' }),
      expiresAt: t.string({ nullable: true, resolve: ({ validity_at }) => String(validity_at) }),
      generatedAt: t.string({ nullable: true, resolve: ({ generated_at }) => String(generated_at) }),
    }),
  });
  const CooldownRef = builder
    .objectRef<{ cooldown_until: number | null }>('Cooldown')
    .implement({ fields: (t) => ({ active: t.boolean({ resolve: (row) => row.cooldown_until !== null }) }) });
  const StateRef = builder
    .objectRef<{ account_id: string; phase: string; since: number; cooldown_until: number | null }>(
      'AuthState',
    )
    .implement({
      fields: (t) => ({
        accountId: t.exposeString('account_id'),
        state: t.exposeString('phase'),
        since: t.string({ resolve: ({ since }) => new Date(since).toISOString() }),
        cooldown: t.field({ type: CooldownRef, resolve: (row) => row }),
        primaryPresent: t.boolean({
          resolve: async () =>
            (await db
              .selectFrom('upstox_tokens')
              .select('id')
              .where('is_primary', '=', 1)
              .executeTakeFirst()) !== undefined,
        }),
      }),
    });
  builder.queryType({
    fields: (t) => ({
      tokens: t.field({
        type: [TokenRef],
        allow: ['OPERATOR'],
        resolve: () =>
          db
            .selectFrom('upstox_tokens')
            .select(['api_name', 'is_primary', 'validity_at', 'generated_at'])
            .orderBy('api_index')
            .execute(),
      }),
      authState: t.field({
        type: StateRef,
        allow: ['OPERATOR'],
        resolve: () =>
          db
            .selectFrom('vega_auth_states')
            .select(['account_id', 'phase', 'since', 'cooldown_until'])
            .executeTakeFirstOrThrow(),
      }),
    }),
  });
  return builder.toSchema();
};

const yoga = async (file: string) => {
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(file) }) });
  const server = createServer(createYoga({ schema: plainSchema(db), logging: false, graphiql: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const plant = (file: string): void => {
  const database = new Sqlite(file);
  const insert = database.prepare(
    `insert into upstox_tokens (api_name, api_index, client_id, access_token, is_primary, user_id, generated_at, validity_at)
     values (?, ?, ?, ?, ?, 1, '2026-11-22 09:00:00', '2026-11-23 03:30:00')`,
  );
  const names = ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'];
  for (const [index, name] of names.entries())
    insert.run(name, index, `client-${index}`, `token-${index}`, index === 0 ? 1 : 0);
  database.close();
};

const name = process.argv[2] as QueryContender;
const app = await openBenchApp(name === 'misses' ? { answerCacheBytes: 0 } : {});
const { path } = app.parts.database;
plant(path);
const { url } = await app.listen();
const ports: Readonly<Record<QueryContender, () => Promise<number>>> = {
  ours: async () => Number(new URL(url).port),
  misses: async () => Number(new URL(url).port),
  bare,
  yoga: () => yoga(path),
};
const port = await ports[name]();
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.send?.({ port, key: app.operatorKey });
