import { expect, test } from 'vitest';
import { backoffMs } from '../../src/sdk/backoff.ts';
import { Bookmark, type VegaEvent } from '../../src/sdk/bookmark.ts';

const at = '2026-11-23T03:00:00.000Z';
const accountId = 'UPSTOX_01';
const cooldown = { active: false, remainingSeconds: 0, until: null, reason: null };

const heartbeat = (id: number): VegaEvent => ({
  __typename: 'HeartbeatEvent',
  id: String(id),
  at,
  accountId,
});
const gap = (id: number): VegaEvent => ({ __typename: 'GapEvent', id: String(id), at, accountId });
const rest = (id: number, when = at): VegaEvent => ({
  __typename: 'CooldownEvent',
  ...{ id: String(id), at: when, accountId, cooldown },
});
const stands = (id: number, state: 'IDLE' | 'AUTH_CONFIRMED'): VegaEvent => ({
  __typename: 'AuthStateEvent',
  ...{ id: String(id), at, accountId },
  authState: {
    accountId,
    state,
    primaryPresent: false,
    blockedBy: null,
    since: at,
    headline: '',
    nextAction: '',
    nextOperations: [],
    cooldown,
  },
});
const confirmed = (id: number): VegaEvent => ({
  __typename: 'AuthConfirmedEvent',
  ...{ id: String(id), at, accountId, confirmation: { authenticated: true, redirect: '/dashboard' } },
});

const after = (bookmark: Bookmark, ...events: VegaEvent[]): string | undefined => {
  for (const event of events) bookmark.take(event);
  return bookmark.resume().after;
};

test('who was cut off in the middle of the state as it is begins with it again', () => {
  expect(after(new Bookmark({}), stands(7, 'IDLE'))).toBeUndefined();
  expect(after(new Bookmark({}), stands(7, 'IDLE'), rest(7))).toBe('7');
  expect(after(new Bookmark({}), stands(7, 'AUTH_CONFIRMED'), rest(7))).toBeUndefined();
  expect(after(new Bookmark({}), stands(7, 'AUTH_CONFIRMED'), rest(7), confirmed(7))).toBe('7');
});

test('a heartbeat, and whatever happens next, prove that the state as it is has arrived', () => {
  expect(after(new Bookmark({}), stands(7, 'AUTH_CONFIRMED'), heartbeat(7))).toBe('7');
  expect(after(new Bookmark({}), stands(7, 'AUTH_CONFIRMED'), stands(8, 'IDLE'))).toBe('8');
});

test('who names an event goes on after it until one of a higher id comes', () => {
  expect(after(new Bookmark({ after: '3' }))).toBe('3');
  expect(after(new Bookmark({ after: '3' }), rest(3))).toBe('3');
  expect(after(new Bookmark({ after: '3' }), rest(5))).toBe('5');
});

test('after a gap nothing is known, and ids may begin anew', () => {
  const bookmark = new Bookmark({ after: '900' });
  expect(after(bookmark, gap(4))).toBeUndefined();
  expect(bookmark.take(stands(4, 'IDLE'))).toBe(true);
});

test('an event that was told already is dropped, and ticks with the same id are not', () => {
  const bookmark = new Bookmark({ after: '3' });
  const tick = (second: number) => rest(5, `2026-11-23T03:00:0${second}.000Z`);
  expect([rest(4), rest(5), rest(5), rest(4), tick(1), tick(2)].map((event) => bookmark.take(event))).toEqual(
    [...[true, true, false, false], ...[true, true]],
  );
});

test('a stream without an account follows the active one, also over connections; a named one stays', () => {
  const following = new Bookmark({});
  following.take(heartbeat(7));
  expect(following.resume()).toEqual({ accountId: undefined, after: '7' });
  expect(new Bookmark({ accountId }).resume().accountId).toBe(accountId);
});

test('the wait doubles up to ten seconds, and chance takes up to half of it', () => {
  const waits = (failures: number) => Array.from({ length: 200 }, () => backoffMs(failures, null, 0));
  const bounds = [1, 2, 3, 50].map((failures) => [
    Math.min(...waits(failures)),
    Math.max(...waits(failures)),
  ]);
  for (const [index, most] of [200, 400, 800, 10_000].entries()) {
    const [low = 0, high = 0] = bounds[index] ?? [];
    expect(low).toBeGreaterThanOrEqual(most / 2);
    expect(high).toBeLessThanOrEqual(most);
    expect(high - low).toBeGreaterThan(most / 4);
  }
});

test('a server that names a time is not asked before it, and not believed for more than a minute', () => {
  expect(backoffMs(1, new Date(5000), 0)).toBeGreaterThanOrEqual(5000);
  expect(backoffMs(1, new Date(0), 5000)).toBeLessThanOrEqual(200);
  expect(backoffMs(1, new Date(999_999), 0)).toBeLessThanOrEqual(60_200);
});
