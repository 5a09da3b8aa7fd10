import { expect, test } from 'vitest';
import { type Caller, OPERATOR, UNBOUND } from '../../src/domain/account/access-key.ts';
import { canReceive } from '../../src/domain/events/event-visibility.ts';

const KINDS = [
  ...['AUTH_STATE', 'TOKEN_PROGRESS', 'COOLDOWN', 'AUTH_CONFIRMED', 'TOKEN_STORED', 'DB_RECOVERY'],
  ...['READINESS', 'CANARY', 'ACCOUNT_SWITCHED', 'AUDIT', 'HEARTBEAT', 'GAP'],
] as const;
type Message = Parameters<typeof canReceive>[1];

const message = (kind: string, apiName = 'PRIMARY') => ({ kind, stored: { apiName } }) as unknown as Message;
const service: Caller = { id: 'key 7', keyId: '7', role: 'SERVICE', bounds: UNBOUND };
const received = (caller: Caller) => KINDS.filter((kind) => canReceive(caller, message(kind)));

test('a service receives everything but the audit, people receive that, too', () => {
  expect(received(service)).toEqual(KINDS.filter((kind) => kind !== 'AUDIT'));
  expect(received(OPERATOR)).toEqual(KINDS);
  expect(received({ ...service, role: 'VIEWER' })).toEqual(KINDS);
});

test('a service is told of the tokens of its own APIs alone', () => {
  const bound: Caller = { ...service, bounds: { accountId: null, apiNames: ['WEBSOCKET1'] } };
  expect(received(bound)).toEqual(KINDS.filter((kind) => kind !== 'AUDIT' && kind !== 'TOKEN_STORED'));
  expect(canReceive(bound, message('TOKEN_STORED', 'WEBSOCKET1'))).toBe(true);
});
