import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isAlive, isDeadWriter, isSurelyDead, markOf } from '../../src/db/files/process-mark.ts';

test('a process lives until it ends, and one that has its id later is another', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  const id = child.pid ?? 0;
  const mark = markOf(id);
  expect([isAlive(mark), isSurelyDead(mark)]).toEqual([true, false]);
  expect(isAlive({ id, birth: null })).toBe(true);
  if (mark.birth !== null) expect(isAlive({ id, birth: `${mark.birth}0` })).toBe(false);
  child.kill();
  await once(child, 'exit');
  expect([isAlive(mark), isSurelyDead(mark)]).toEqual([false, true]);
  expect(isSurelyDead({ id, birth: null })).toBe(true);
});

// Elsewhere than on Linux nobody tells when a process began, and where.
if (process.platform === 'linux')
  test('of a process in another container nobody knows; one of an earlier start of the machine is dead', () => {
    const [boot = '', container = '', start = ''] = markOf(process.pid).birth?.split(' ') ?? [];
    const mark = (birth: string) => ({ id: 2 ** 22 + 1, birth });
    expect(isSurelyDead(mark(`${boot} pid:[1] ${start}`))).toBe(false);
    expect(isSurelyDead(mark(`${boot} ${container} ${start}`))).toBe(true);
    expect(isSurelyDead(mark(`earlier pid:[1] ${start}`))).toBe(true);
  });

if (process.platform === 'linux')
  test('of a process on another machine nobody knows whether it is dead, where machines share the database', () => {
    const elsewhere = { id: 4_000_000, birth: '11111111-2222-3333-4444-555555555555 pid:[4026531836] 4711' };
    expect(isSurelyDead(elsewhere)).toBe(true);
    expect(isDeadWriter(elsewhere, { isShared: false })).toBe(true);
    expect(isDeadWriter(elsewhere, { isShared: true })).toBe(false);
    expect(isDeadWriter({ ...markOf(process.pid), id: 4_000_000 }, { isShared: true })).toBe(true);
    expect(isDeadWriter(markOf(process.pid), { isShared: true })).toBe(false);
  });
