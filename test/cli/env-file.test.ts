import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { appendToEnvFile, isWritable, readEnvFile } from '../../src/cli/env-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vega-env-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A folder with this `.env` in it. */
const place = (content: string | Buffer): string => {
  count += 1;
  const directory = path.join(folder, String(count));
  mkdirSync(directory);
  writeFileSync(path.join(directory, '.env'), content);
  return directory;
};
const valuesIn = (content: string | Buffer) => readEnvFile(place(content)).values;

test('a byte order mark at the beginning is ignored', () => {
  expect(valuesIn('\uFEFFVEGA_DB_PATH=./own.db\nUPSTOX_PIN=123456\n')).toEqual({
    VEGA_DB_PATH: './own.db',
    UPSTOX_PIN: '123456',
  });
});

test('a comment begins at white space before "#", and nowhere inside a value', () => {
  const lines = [
    'A=app1#secret',
    'B=app2 # the second app',
    'C="app3 # not a comment"',
    'D=#4',
    'E= # nothing',
    "F='five' # quoted",
    'export G = six#6\t# with a tab',
    '# H=seven',
    'I="several',
    'J=lines#"',
    'A2=first#1',
    'A2=second',
  ];
  expect(valuesIn(lines.join('\r\n'))).toEqual({
    A: 'app1#secret',
    B: 'app2',
    C: 'app3 # not a comment',
    D: '#4',
    E: '',
    F: 'five',
    G: 'six#6',
    I: expect.stringMatching(/^several\r?\nJ=lines#$/),
    A2: 'second',
  });
});

test.each([
  [
    'UTF-16, little end first',
    Buffer.from('\uFEFFUPSTOX_PIN=123456\n', 'utf16le'),
    /UTF-16; save it as UTF-8/,
  ],
  ['UTF-16 without a mark', Buffer.from('UPSTOX_PIN=123456\n', 'utf16le'), /UTF-16; save it as UTF-8/],
  ['Latin-1', Buffer.from('NAME=Zo\xeb\n', 'latin1'), /is not encoded in UTF-8; save it/],
])('a file in %s is named with its encoding and its path', (_what, content, message) => {
  const directory = place(content);
  expect(() => readEnvFile(directory)).toThrow(message);
  expect(() => readEnvFile(directory)).toThrow(path.join(directory, '.env'));
});

test('a folder of that name is named as one', () => {
  const directory = path.join(folder, 'holder');
  mkdirSync(path.join(directory, '.env'), { recursive: true });
  expect(() => readEnvFile(directory)).toThrow(`${path.join(directory, '.env')} is a folder`);
});

test('what is written is read again as it was, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
      if (!isWritable(value)) return;
      const directory = place('FIRST=1#2\n');
      appendToEnvFile(readEnvFile(directory), { SECRET: value });
      expect(readEnvFile(directory).values).toEqual({ FIRST: '1#2', SECRET: value });
    }),
    { numRuns: 300 },
  );
  expect(
    ['app1#secret', ' lead', 'tail ', '#', 'a # b', '"', "it's"].filter((value) => !isWritable(value)),
  ).toEqual([]);
});
