import { expect, test } from 'vitest';
import type { AuditKind } from '../src/domain/audit.ts';
import { type Desk, openDesk, until } from './support/desk.ts';
import { plantToken } from './support/plant.ts';

/** What no run and no request causes: the program's start and end, and its storage. Everything else has a correlationId. */
const OF_THE_PROGRAM = [
  'SERVER_STARTED',
  'SERVER_STOPPED',
  'FAILOVER_BEGUN',
  'RECOVERED',
  'SPILL_REPLAYED',
  'SPILL_TORN',
  'BACKUP_MADE',
  'BACKUP_FAILED',
  'RESTORED',
  'AUDIT_DAMAGED',
] as const satisfies readonly AuditKind[];

const isOfTheProgram = (kind: AuditKind): boolean => OF_THE_PROGRAM.some((each) => each === kind);

interface Entry {
  readonly kind: AuditKind;
  readonly correlationId: string | null;
}

const entriesOf = (desk: Desk): readonly Entry[] =>
  desk.rows('select kind, correlation_id as correlationId from vega_audit_entries order by sequence');

const idsOf = (desk: Desk, kind: AuditKind): readonly (string | null)[] =>
  entriesOf(desk).flatMap((entry) => (entry.kind === kind ? entry.correlationId : []));

const expectCorrelated = (desk: Desk): void => {
  const without = entriesOf(desk).filter(
    ({ kind, correlationId }) => correlationId === null && !isOfTheProgram(kind),
  );
  expect(without).toEqual([]);
};

test('"correlationId: Session": the cooldown of a run begins and ends under the id of the run', async () => {
  await using desk = await openDesk({
    apis: 1,
    simulator: { scenario: 'edge-blocked' },
    env: { VEGA_COOLDOWN_SECONDS: '1' },
  });
  const { id } = await desk.generate('mode: ALL');
  await until('the cooldown to end', () => idsOf(desk, 'COOLDOWN_ENDED').length > 0);
  expect([idsOf(desk, 'COOLDOWN_BEGUN'), idsOf(desk, 'COOLDOWN_ENDED')]).toEqual([[id], [id]]);
  await until('the state', () => idsOf(desk, 'STATE_CHANGED').length > 2);
  expect(new Set(idsOf(desk, 'STATE_CHANGED'))).toEqual(new Set([id]));
  expectCorrelated(desk);
});

test('"correlationId: Session": a quarantine has the id of its run, and what clears it the id of its request', async () => {
  await using desk = await openDesk({ apis: 1, simulator: { scenario: 'wrong-pin' } });
  const { id } = await desk.generate('mode: ALL');
  expect(idsOf(desk, 'QUARANTINED')).toEqual([id]);
  await desk.ask('mutation { clearQuarantine(reason: "The PIN is corrected.") { state } }');
  const [cleared] = idsOf(desk, 'QUARANTINE_CLEARED');
  expect(cleared).toEqual(expect.any(String));
  expect(cleared).not.toBe(id);
  expectCorrelated(desk);
});

test('"correlationId: Session": what one request causes has one id, which no other request has', async () => {
  await using desk = await openDesk({ apis: 2 });
  plantToken(desk, 'PRIMARY');
  const revoked = plantToken(desk, 'WEBSOCKET1');
  desk.broker.revoke(revoked);
  await desk.ask('{ tokenStatus { valid } }');
  expect(new Set(idsOf(desk, 'VERDICT_CHANGED')).size).toBe(1);
  await desk.ask('mutation { acceptPartial { state } }');
  await desk.ask('mutation { enterDashboard { state } }');
  await desk.ask('mutation { createAccessKey(input: { name: "one", role: VIEWER }) { key { id } } }');
  await fetch(`${desk.url}/auth/status`, { headers: { authorization: 'Bearer wrong' } });
  await until('the refusal', () => idsOf(desk, 'KEY_REFUSED').length > 0);
  await desk.ask('mutation { logout(revoke: true) { state } }');
  const acts = ['VERDICT_CHANGED', 'PARTIAL_ACCEPTED', 'KEY_CREATED', 'KEY_REFUSED', 'LOGGED_OUT'] as const;
  const ids = acts.map((kind) => idsOf(desk, kind)[0]);
  expect(ids.every((id) => typeof id === 'string')).toBe(true);
  expect(new Set(ids).size).toBe(acts.length);
  // The tokens that a logout ends, and the gate that it closes, are its own.
  expect(idsOf(desk, 'TOKEN_REVOKED')).toEqual([idsOf(desk, 'LOGGED_OUT')[0]]);
  expect(idsOf(desk, 'GATE_CLOSED').at(-1)).toBe(idsOf(desk, 'LOGGED_OUT')[0]);
  expectCorrelated(desk);
});
