import { describe, expect, test } from 'vitest';
import type { PostgresDatabase } from '../../src/db/postgres/postgres-database.ts';
import type { DbRecovery } from '../../src/domain/events/db-recovery.ts';
import type { AuthEvent } from '../../src/domain/events/event.ts';
import { createLogger } from '../../src/log.ts';
import { DisposalStack } from '../../src/services/disposal-stack.ts';
import { EventLog } from '../../src/services/events/event-log.ts';
import type { EventReader } from '../../src/services/events/event-reader.ts';
import { CUTS, openCuttingProxy } from '../support/postgres/cutting-proxy.ts';
import { openNodes } from '../support/postgres/nodes.ts';
import { until } from '../support/test-app.ts';

const ACCOUNT = 'UPSTOX_01';

const stored = (version: number) =>
  ({ kind: 'TOKEN_STORED', stored: { apiName: 'PRIMARY', version } }) as const;

/** What a reader has got so far. */
class Follower {
  readonly events: AuthEvent[] = [];
  isLetGo = false;

  constructor(reader: EventReader) {
    void (async () => {
      for await (const event of reader) this.events.push(event);
    })().catch(() => {
      this.isLetGo = true;
    });
  }

  get ids(): readonly number[] {
    return this.events.map(({ id }) => id);
  }

  get versions(): readonly number[] {
    return this.events.flatMap((event) => (event.kind === 'TOKEN_STORED' ? [event.stored.version] : []));
  }
}

/** Nodes as far as events are concerned. */
const openEventNodes = async () => {
  const stack = new DisposalStack();
  const nodes = stack.use(await openNodes());
  const proxy = stack.use(await openCuttingProxy(nodes.port));
  const clock = () => new Date('2026-11-17T20:00:05.250+05:30');
  const lines: string[] = [];
  const log = createLogger('error', { write: (line) => void lines.push(line) });
  const openLog = async (database: PostgresDatabase) =>
    stack.use(await EventLog.open({ database, clock, log }));
  return { stack, nodes, proxy, openLog, said: () => lines.join() };
};

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

test('ids rise in the order of the commits, whichever node writes, and every node publishes that order', async () => {
  const { stack, nodes, openLog } = await openEventNodes();
  await using _stack = stack;
  const logs = await Promise.all(
    ['one', 'two', 'three'].map(async (name) => openLog(await nodes.open(name))),
  );
  const followers = logs.map((log) => new Follower(log.subscribe(ACCOUNT)));
  let isOver = false;
  const looking = (async () => {
    const gaps: unknown[] = [];
    while (!isOver) {
      const { rows } = await nodes.client.query(
        'select count(*)::int as count, coalesce(max(id), 0)::int as last from vega_events',
      );
      if (rows[0].count !== rows[0].last) gaps.push(rows[0]);
    }
    return gaps;
  })();
  const count = 300;
  for (const number of numbers(count)) {
    logs[Math.floor(Math.random() * logs.length)]?.publish(ACCOUNT, stored(number));
    if (Math.random() < 0.3) await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
  }
  await until('all of it', () => followers.every(({ ids }) => ids.length >= count));
  isOver = true;
  expect(await looking).toEqual([]);
  const { rows } = await nodes.client.query('select payload from vega_events order by id');
  const versions = rows.map(({ payload }) => JSON.parse(payload).stored.version);
  expect(versions.toSorted((one, other) => one - other)).toEqual(numbers(count));
  for (const follower of followers)
    expect([follower.ids, follower.versions]).toEqual([numbers(count), versions]);
});

describe.each(CUTS)('where the connection is cut %s the commit', (moment) => {
  test('an event is stored once, and each node publishes it once', async () => {
    const { stack, nodes, proxy, openLog } = await openEventNodes();
    await using _stack = stack;
    const cut = await openLog(await nodes.open('cut', proxy.url));
    const other = await openLog(await nodes.open('other'));
    const followers = [cut, other].map((log) => new Follower(log.subscribe(ACCOUNT)));
    proxy.cutNext(moment);
    for (const number of numbers(3)) cut.publish(ACCOUNT, stored(number));
    await until('the cut', () => !proxy.isArmed);
    other.publish(ACCOUNT, stored(4));
    cut.publish(ACCOUNT, stored(5));
    await until('all of it', () => followers.every(({ ids }) => ids.length >= 5));
    const [one, two] = followers;
    expect(one?.ids).toEqual(numbers(5));
    expect(one?.versions.filter((version) => version !== 4)).toEqual([1, 2, 3, 5]);
    expect(two?.events).toEqual(one?.events);
    const { rows } = await nodes.client.query('select id::int from vega_events order by id');
    expect(rows.map(({ id }) => id)).toEqual(numbers(5));
  });
});

test('what the database does not take is published when it does, and at once only that it does not', async () => {
  const { stack, nodes, openLog, said } = await openEventNodes();
  await using _stack = stack;
  const [one, other] = [await openLog(await nodes.open('one')), await openLog(await nodes.open('other'))];
  const follower = new Follower(one.subscribe(ACCOUNT));
  one.publish(ACCOUNT, stored(1));
  await until('the first', () => follower.ids.length === 1);
  await nodes.client.query('alter table vega_events rename to elsewhere');
  one.publish(ACCOUNT, stored(2));
  await until('the failure', () => said().includes('events cannot be kept'));
  one.publish(ACCOUNT, stored(3));
  one.publishTransient(ACCOUNT, stored(0));
  const recovery: DbRecovery = {
    ...{ dbLocked: true, fallback: 'MEMORY', autoRestart: true, pendingWrites: 0 },
  };
  one.publishRecovery(recovery);
  await until('the outage', () => follower.ids.length === 2);
  expect(follower.events.at(-1)).toMatchObject({ id: 1, kind: 'DB_RECOVERY', recovery });
  await nodes.client.query('alter table elsewhere rename to vega_events');
  await until('the rest', () => follower.ids.length === 4);
  expect([follower.ids, follower.versions]).toEqual([
    [1, 1, 2, 3],
    [1, 2, 3],
  ]);
  const moved = new Follower(other.subscribe(ACCOUNT, { after: 1 }));
  await until('the rest there', () => moved.ids.length === 2);
  expect(moved.versions).toEqual([2, 3]);
});

test('a reader that comes to a node that cannot read at present is let go, and told of no gap', async () => {
  const { stack, nodes, proxy, openLog } = await openEventNodes();
  await using _stack = stack;
  const cut = await openLog(await nodes.open('cut', proxy.url));
  const sound = await openLog(await nodes.open('sound'));
  const first = new Follower(sound.subscribe(ACCOUNT));
  for (const number of numbers(3)) sound.publish(ACCOUNT, stored(number));
  await until('the events', () => first.ids.length === 3);
  proxy.block(true);
  const moved = new Follower(cut.subscribe(ACCOUNT, { after: 2 }));
  await until('its end', () => moved.isLetGo);
  expect(moved.events).toEqual([]);
  proxy.block(false);
  const back = new Follower(cut.subscribe(ACCOUNT, { after: 2 }));
  await until('the rest', () => back.isLetGo || back.ids.length === 1);
  expect(back.versions).toEqual([3]);
});
