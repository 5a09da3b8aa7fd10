import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../src/cli/commands.ts';
import { schema } from '../../src/graphql/schema.ts';
import { OPERATIONS } from '../../src/http/rest/operations.ts';
import { openDesk } from '../support/desk.ts';

const COMMANDS = PROGRAM.commands ?? [];
const ROOT = path.resolve(import.meta.dirname, '../..');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text]) => text ?? '',
  );

test('the query with curl answers what the README says', async () => {
  const [command] = blocks('sh').filter((block) => block.startsWith('curl'));
  const [shown] = blocks('json').map((block) => JSON.parse(block));
  await using desk = await openDesk({ apis: 1 });
  await desk.generate('mode: ALL');
  const script = command?.replace('http://127.0.0.1:28020', desk.url) ?? '';
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: desk.directory });
  const shape = (answer: { data: { tokens: object[] } }) =>
    answer.data.tokens.map((token) => Object.keys(token));
  expect(shape(JSON.parse(stdout))).toEqual(shape(shown));
  expect(JSON.parse(stdout).data.tokens).toMatchObject([{ apiName: 'PRIMARY', verdict: 'VALID' }]);
});

test('every GraphQL example fits the schema', () => {
  const examples = blocks('graphql');
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) expect(validate(schema, parse(example))).toEqual([]);
});

test('the settings in the README are those that the program reads, and no others', () => {
  const names = (text: string) => new Set(text.match(/\b(UPSTOX_|VEGA_|LOGIN_CONFIG_)[A-Z_]+[A-Z]\b/g));
  const known = names(readFileSync(path.join(ROOT, 'src/config.ts'), 'utf8').replace(/_\$\{index\}/g, ''));
  // One switch is for the tests alone.
  const shown = names(README.replace(/_n`/g, '`').replace('VEGA_ALL_FAULTS=1 npm test', ''));
  expect([...known].filter((name) => !shown.has(name))).toEqual([]);
  expect([...shown].filter((name) => !known.has(name))).toEqual([]);
});

test('the routes in the README are those that there are', () => {
  const shown = README.slice(README.indexOf('## REST'), README.indexOf('## Settings'));
  expect(OPERATIONS.filter(({ path: route }) => !shown.includes(route))).toEqual([]);
});

test('the commands of the README are those that package.json has', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const used = [...README.matchAll(/npm (?:run )?(ci|start|test|demo|check|schema|setup)\b/g)].map(
    ([, name]) => name ?? '',
  );
  expect(used.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
});

test('every command line of the README is one that there is', () => {
  const lines = [...README.matchAll(/\bvega-auth((?: [a-z][a-z-]+)+)/g)].map(([, words = '']) =>
    words.trim().split(' '),
  );
  const named = lines.filter(([first = '']) => COMMANDS.some(({ name }) => name === first));
  expect(named.length).toBeGreaterThan(15);
  const wrong = named.filter(([first, second = '']) => {
    const { commands = [] } = COMMANDS.find(({ name }) => name === first) ?? {};
    return commands.length > 0 && !commands.some(({ name }) => name === second);
  });
  expect(wrong).toEqual([]);
  const spans = [...README.matchAll(/`vega-auth ([a-z][a-z-]*)/g)].map(([, first]) => first ?? '');
  expect(spans.filter((first) => !COMMANDS.some(({ name }) => name === first))).toEqual([]);
});
