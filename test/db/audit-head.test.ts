import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AuditHead, START } from '../../src/db/audit/audit-head.ts';
import { Folder } from './temporary-database.ts';

const KEY = Buffer.alloc(32, 1);

test('the head moves forward only, unless it is begun anew', () => {
  using folder = new Folder();
  const head = new AuditHead(folder.file('a.db'), KEY);
  expect(head.read()).toBe(null);
  head.write({ sequence: 7, hash: 'seven' });
  head.write({ sequence: 6, hash: 'six' });
  expect(head.read()).toEqual({ sequence: 7, hash: 'seven' });
  head.write({ sequence: 12, hash: 'twelve' });
  expect(head.read()).toEqual({ sequence: 12, hash: 'twelve' });
  head.reset(START);
  expect(head.read()).toEqual({ sequence: 0, hash: '-' });
});

test.each(['', ' ', '7', '7 seven', '7 seven 00ff', 'seven 7 00ff', '\0'.repeat(256)])(
  'what nobody has signed is no head: %j',
  (text) => {
    using folder = new Folder();
    writeFileSync(folder.file('a.db.head'), text);
    expect(new AuditHead(folder.file('a.db'), KEY).read()).toBe(null);
  },
);

test('another database’s head is none of this one’s', () => {
  using folder = new Folder();
  new AuditHead(folder.file('a.db'), KEY).write({ sequence: 7, hash: 'seven' });
  expect(new AuditHead(folder.file('a.db'), Buffer.alloc(32, 2)).read()).toBe(null);
});
