import { expect, test } from 'vitest';
import { unlessAborted } from '../../src/domain/unless-aborted.ts';

const never = new Promise<never>(() => undefined);

test('work that is not aborted ends as it does', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(signal, Promise.resolve('done'))).toBe('done');
  await expect(unlessAborted(signal, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('work that is aborted ends with the reason, before it begins or while it lasts', async () => {
  const controller = new AbortController();
  const lasting = unlessAborted(controller.signal, never);
  controller.abort(new Error('stopped'));
  await expect(lasting).rejects.toThrow('stopped');
  await expect(unlessAborted(controller.signal, Promise.resolve('done'))).rejects.toThrow('stopped');
});

test('nobody listens to the signal any more when the work is over', async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  signal.addEventListener = (_type: string, listener: unknown) => void listeners.add(listener);
  signal.removeEventListener = (_type: string, listener: unknown) => void listeners.delete(listener);
  const work = unlessAborted(signal, Promise.resolve('done'));
  expect(listeners.size).toBe(1);
  await work;
  expect(listeners.size).toBe(0);
});
