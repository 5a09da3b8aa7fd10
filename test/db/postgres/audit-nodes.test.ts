import { expect, test } from 'vitest';
import type { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { type Nodes, openNodes } from '../../support/postgres/nodes.ts';

let keys = 0;

const note = (database: PostgresDatabase) =>
  database.write((trx) => {
    keys += 1;
    return database.audit(trx, {
      key: `entry ${keys}`,
      at: new Date('2026-11-17T20:00:05.250+05:30'),
      severity: 'INFO',
      component: 'AUTH',
      kind: 'TOKEN_STORED',
      message: 'stored',
      correlationId: null,
      accountId: 'UPSTOX_01',
      apiName: 'PRIMARY',
    });
  });

const noteTimes = async (database: PostgresDatabase, times: number) => {
  for (let left = times; left > 0; left -= 1) await note(database);
};

/** Removes the entries behind that one, as somebody does who may do everything. */
const cutOff = async ({ client }: Nodes, last: number) => {
  await client.query('set session_replication_role = replica');
  await client.query('delete from vega_audit_entries where sequence > $1', [last]);
};

test('the audit is intact on every node while all of them write', async () => {
  await using nodes = await openNodes();
  const machines = [await nodes.open('one'), await nodes.open('two'), await nodes.open('three')];
  let isOver = false;
  const verify = async (database: PostgresDatabase) => {
    const found = [];
    while (!isOver) found.push(await database.verifyAudit());
    return found;
  };
  const verifying = machines.map(verify);
  await Promise.all(machines.flatMap((database) => [noteTimes(database, 20), noteTimes(database, 20)]));
  isOver = true;
  const found = (await Promise.all(verifying)).flat();
  expect(found.length).toBeGreaterThan(3);
  expect(found.filter(({ valid }) => !valid)).toEqual([]);
  const newcomer = await nodes.open('four');
  for (const database of [...machines, newcomer])
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 120 });
});

test('entries that are cut off while no node of a machine runs are missed by that machine', async () => {
  await using nodes = await openNodes();
  await using one = await nodes.open('one');
  await noteTimes(one, 5);
  const other = await nodes.open('other');
  await noteTimes(one, 3);
  await one[Symbol.asyncDispose]();
  await cutOff(nodes, 6);
  // The other one has only ever seen the first five.
  await noteTimes(other, 4);
  expect(await other.verifyAudit()).toMatchObject({ valid: true, entries: 10 });
  const again = await nodes.open('one');
  const broken = { valid: false, firstBadId: 8, reason: 'Entry 8 is not the one that was written.' };
  expect(again.findings.missingEntries).toBe(1);
  expect(await again.verifyAudit()).toMatchObject(broken);
  await note(again);
  expect(await again.verifyAudit()).toMatchObject(broken);
  await again[Symbol.asyncDispose]();
  const later = await nodes.open('one');
  expect(later.findings.missingEntries).toBe(1);
  expect(await later.verifyAudit()).toMatchObject(broken);
});

test('entries that are cut off and replaced while a node runs are missed by it', async () => {
  await using nodes = await openNodes();
  const one = await nodes.open('one');
  await noteTimes(one, 8);
  await cutOff(nodes, 6);
  const other = await nodes.open('other');
  await noteTimes(other, 4);
  await note(one);
  expect(await one.verifyAudit()).toMatchObject({ valid: false, firstBadId: 8 });
});

test('a node that has found the audit intact misses what is cut off later, though it wrote none of it', async () => {
  await using nodes = await openNodes();
  const [one, reader] = [await nodes.open('one'), await nodes.open('reader')];
  await noteTimes(one, 5);
  expect(await reader.verifyAudit()).toMatchObject({ valid: true, entries: 5 });
  await cutOff(nodes, 3);
  await reader[Symbol.asyncDispose]();
  const again = await nodes.open('reader');
  expect(again.findings.missingEntries).toBe(2);
  expect(await again.verifyAudit()).toMatchObject({ valid: false, firstBadId: 4 });
});

test('over an older copy, a machine that keeps its head leaves a gap for good, and one without goes on', async () => {
  await using nodes = await openNodes();
  const one = await nodes.open('one');
  await noteTimes(one, 5);
  await one[Symbol.asyncDispose]();
  await cutOff(nodes, 3);
  const kept = await nodes.open('one');
  expect(kept.findings.missingEntries).toBe(2);
  await note(kept);
  const gap = { valid: false, firstBadId: 4, reason: 'Entry 4 is missing.' };
  for (const database of [kept, await nodes.open('new')])
    expect(await database.verifyAudit()).toMatchObject(gap);
  await kept[Symbol.asyncDispose]();

  await cutOff(nodes, 3);
  const without = await nodes.open('new too');
  expect(without.findings.missingEntries).toBe(0);
  await note(without);
  expect(await without.verifyAudit()).toMatchObject({ valid: true, entries: 4 });
});
