import { expect, test } from 'vitest';
import type { AuditKind } from '../src/domain/events/audit.ts';
import { plantToken } from './support/plant.ts';
import { openTestApp, type TestApp, until } from './support/test-app.ts';

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

const entriesOf = (testApp: TestApp): readonly Entry[] =>
  testApp.rows('select kind, correlation_id as correlationId from vega_audit_entries order by sequence');

const idsOf = (testApp: TestApp, kind: AuditKind): readonly (string | null)[] =>
  entriesOf(testApp).flatMap((entry) => (entry.kind === kind ? entry.correlationId : []));

const expectCorrelated = (testApp: TestApp): void => {
  const without = entriesOf(testApp).filter(
    ({ kind, correlationId }) => correlationId === null && !isOfTheProgram(kind),
  );
  expect(without).toEqual([]);
};

test('"correlationId: Session": the cooldown of a run begins and ends under the id of the run', async () => {
  await using testApp = await openTestApp({
    apis: 1,
    simulator: { scenario: 'edge-blocked' },
    env: { VEGA_COOLDOWN_SECONDS: '1' },
  });
  const { id } = await testApp.generate('mode: ALL');
  await until('the cooldown to end', () => idsOf(testApp, 'COOLDOWN_ENDED').length > 0);
  expect([idsOf(testApp, 'COOLDOWN_BEGUN'), idsOf(testApp, 'COOLDOWN_ENDED')]).toEqual([[id], [id]]);
  await until('the state', () => idsOf(testApp, 'STATE_CHANGED').length > 2);
  expect(new Set(idsOf(testApp, 'STATE_CHANGED'))).toEqual(new Set([id]));
  expectCorrelated(testApp);
});

test('"correlationId: Session": a quarantine has the id of its run, and what clears it the id of its request', async () => {
  await using testApp = await openTestApp({ apis: 1, simulator: { scenario: 'wrong-pin' } });
  const { id } = await testApp.generate('mode: ALL');
  expect(idsOf(testApp, 'QUARANTINED')).toEqual([id]);
  await testApp.ask('mutation { clearQuarantine(reason: "The PIN is corrected.") { state } }');
  const [cleared] = idsOf(testApp, 'QUARANTINE_CLEARED');
  expect(cleared).toEqual(expect.any(String));
  expect(cleared).not.toBe(id);
  expectCorrelated(testApp);
});

test('"correlationId: Session": what one request causes has one id, which no other request has', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantToken(testApp, 'PRIMARY');
  const revoked = plantToken(testApp, 'WEBSOCKET1');
  testApp.broker.revoke(revoked);
  await testApp.ask('{ tokenStatus { valid } }');
  expect(new Set(idsOf(testApp, 'VERDICT_CHANGED')).size).toBe(1);
  await testApp.ask('mutation { acceptPartial { state } }');
  await testApp.ask('mutation { enterDashboard { state } }');
  await testApp.ask('mutation { createAccessKey(input: { name: "one", role: VIEWER }) { key { id } } }');
  await fetch(`${testApp.url}/auth/status`, { headers: { authorization: 'Bearer wrong' } });
  await until('the refusal', () => idsOf(testApp, 'KEY_REFUSED').length > 0);
  await testApp.ask('mutation { logout(revoke: true) { state } }');
  const acts = ['VERDICT_CHANGED', 'PARTIAL_ACCEPTED', 'KEY_CREATED', 'KEY_REFUSED', 'LOGGED_OUT'] as const;
  const ids = acts.map((kind) => idsOf(testApp, kind)[0]);
  expect(ids.every((id) => typeof id === 'string')).toBe(true);
  expect(new Set(ids).size).toBe(acts.length);
  // The tokens that a logout ends, and the gate that it closes, are its own.
  expect(idsOf(testApp, 'TOKEN_REVOKED')).toEqual([idsOf(testApp, 'LOGGED_OUT')[0]]);
  expect(idsOf(testApp, 'GATE_CLOSED').at(-1)).toBe(idsOf(testApp, 'LOGGED_OUT')[0]);
  expectCorrelated(testApp);
});
