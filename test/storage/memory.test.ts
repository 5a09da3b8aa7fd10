import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { built } from '../support/built.ts';

test('a snapshot of the heap shows no token: none that waits in memory, was read, backed up or sealed anew', async () => {
  const program = await built('test/support/heap-child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(JSON.parse(stdout)).toEqual({
    dbLocked: true,
    pendingWrites: 1,
    showsMarker: true,
    showsToken: false,
    isReadable: true,
    showsTokenAfterwards: false,
  });
});
