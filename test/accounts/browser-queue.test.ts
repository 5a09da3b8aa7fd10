import path from 'node:path';
import { expect, test } from 'vitest';
import { BrowserQueue } from '../../src/services/browser-login/browser-queue.ts';
import { openFolder } from '../support/folder.ts';

const openQueue = (directory: string) =>
  new BrowserQueue({ browserLock: path.join(directory, 'lock'), place: directory, clock: () => new Date() });

const never = new AbortController().signal;

test('a run that rests holds nobody up, also when its cooldown lasts longer than was foreseen', async () => {
  using folder = openFolder();
  const queue = openQueue(folder.directory);
  using resting = queue.join('resting', 'UPSTOX_01');
  using other = queue.join('other', 'UPSTOX_02');
  const waiting = other.wait(never);
  resting.hold(new Date(Date.now() - 60_000));
  expect(await waiting).toBe(true);
  expect(queue.waiting.map(({ runId }) => runId)).toEqual(['resting']);
  const rested = resting.wait(never);
  resting.release();
  other[Symbol.dispose]();
  expect(await rested).toBe(true);
});

test('another process gets the browser while nobody has it and no page waits, and not before', async () => {
  using folder = openFolder();
  const [queue, elsewhere] = [openQueue(folder.directory), openQueue(folder.directory)];
  using place = queue.join('one', 'UPSTOX_01');
  using stranger = elsewhere.join('stranger', 'UPSTOX_02');
  expect(await place.wait(never)).toBe(true);
  const abort = new AbortController();
  const withPage = place.lend(600_000, { waitsFor: 'TOTP_STEP', keepsPage: true }, abort.signal);
  expect(() => stranger.take()).toThrow('The browser is taken');
  abort.abort();
  expect(await withPage).toBe(false);
  const spaced = place.lend(600_000, { waitsFor: 'OTP_SPACING', keepsPage: false }, never);
  stranger.take();
  expect(stranger.hasBrowser).toBe(true);
  expect(queue.isTakenElsewhere).toBe(true);
  void spaced;
});

test('a run that has stepped aside lets the runs of its process log in, but neither another process nor a guest', async () => {
  using folder = openFolder();
  const [queue, elsewhere] = [openQueue(folder.directory), openQueue(folder.directory)];
  using place = queue.join('one', 'UPSTOX_01');
  using stranger = elsewhere.join('stranger', 'UPSTOX_02');
  expect(await place.wait(never)).toBe(true);
  place.stepAside();
  expect(place.hasBrowser).toBe(false);
  expect(queue.places).toEqual({ holder: null, waiting: [] });
  expect(queue.waiting).toEqual([]);
  expect(() => stranger.take()).toThrow('The browser is taken');
  expect(queue.admitGuest(() => undefined)).toBeNull();
  {
    using other = queue.join('other', 'UPSTOX_03');
    expect(await other.wait(never)).toBe(true);
    const back = place.wait(never);
    expect(queue.waiting.map(({ runId }) => runId)).toEqual(['one']);
    other[Symbol.dispose]();
    expect(await back).toBe(true);
  }
  place.stepAside();
  place[Symbol.dispose]();
  stranger.take();
  expect(stranger.hasBrowser).toBe(true);
});

test('the account that can wait least goes first', async () => {
  using folder = openFolder();
  const queue = openQueue(folder.directory);
  const now = Date.now();
  queue.rankBy((accountId) => new Date(now + (accountId === 'UPSTOX_03' ? 1000 : 900_000)));
  using holder = queue.join('holder', 'UPSTOX_01');
  expect(await holder.wait(never)).toBe(true);
  using calm = queue.join('calm', 'UPSTOX_02');
  using hurried = queue.join('hurried', 'UPSTOX_03');
  const order: string[] = [];
  const waits = [calm, hurried].map(async (place) => {
    await place.wait(never);
    order.push(place.runId);
    place[Symbol.dispose]();
  });
  holder[Symbol.dispose]();
  await Promise.all(waits);
  expect(order).toEqual(['hurried', 'calm']);
});
