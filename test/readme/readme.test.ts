import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../src/cli/commands.ts';
import { schema } from '../../src/graphql/schema.ts';
import { codeBlocksOf, DOCUMENTS, documentText } from '../support/documents.ts';
import { openTestApp } from '../support/test-app.ts';

const COMMANDS = PROGRAM.commands ?? [];
const ROOT = path.resolve(import.meta.dirname, '../..');
const ALL_TEXT = [...DOCUMENTS.values()].join('\n');

const blocks = (document: string, language: string): string[] =>
  codeBlocksOf(document)
    .filter((block) => block.language === language)
    .map(({ text }) => text);

test('the README has at most 14,000 bytes', () => {
  expect(Buffer.byteLength(documentText('README.md'))).toBeLessThanOrEqual(14_000);
});

test('the query with curl answers what the README says', async () => {
  const readme = documentText('README.md');
  const [command] = blocks(readme, 'sh').filter((block) => block.startsWith('curl'));
  const [shown] = blocks(readme, 'json').map((block) => JSON.parse(block));
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const script = command?.replace('http://127.0.0.1:28020', testApp.url) ?? '';
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: testApp.directory });
  const shape = (answer: { data: { tokens: object[] } }) =>
    answer.data.tokens.map((token) => Object.keys(token));
  expect(shape(JSON.parse(stdout))).toEqual(shape(shown));
  expect(JSON.parse(stdout).data.tokens).toMatchObject([{ apiName: 'PRIMARY', verdict: 'VALID' }]);
});

test('every GraphQL example in the documents fits the schema', () => {
  const examples = blocks(ALL_TEXT, 'graphql');
  expect(examples.length).toBeGreaterThan(2);
  for (const example of examples) expect(validate(schema, parse(example))).toEqual([]);
});

test('the scripts in the documents are those that package.json has', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const used = [
    ...[...ALL_TEXT.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? ''),
    ...[...ALL_TEXT.matchAll(/npm (start|test)\b/g)].map(([, name]) => name ?? ''),
  ];
  expect(used.length).toBeGreaterThan(15);
  expect(used.filter((name) => !(name in scripts))).toEqual([]);
});

test('every command line in the documents is one that there is', () => {
  const lines = [...ALL_TEXT.matchAll(/\bvega-auth((?: [a-z][a-z-]+)+)/g)].map(([, words = '']) =>
    words.trim().split(' '),
  );
  const named = lines.filter(([first = '']) => COMMANDS.some(({ name }) => name === first));
  expect(named.length).toBeGreaterThan(15);
  const wrong = named.filter(([first, second = '']) => {
    const { commands = [] } = COMMANDS.find(({ name }) => name === first) ?? {};
    return commands.length > 0 && !commands.some(({ name }) => name === second);
  });
  expect(wrong).toEqual([]);
  const spans = [...ALL_TEXT.matchAll(/`vega-auth ([a-z][a-z-]*)/g)].map(([, first]) => first ?? '');
  expect(spans.filter((first) => !COMMANDS.some(({ name }) => name === first))).toEqual([]);
});
