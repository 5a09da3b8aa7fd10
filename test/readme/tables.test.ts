import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type GraphQLObjectType, isNamedType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { REFUSAL_CODES } from '../../src/domain/refusal.ts';
import { type Consequence, consequenceOf } from '../../src/domain/run/consequence.ts';
import { FAILURE_CODES } from '../../src/domain/run/failure.ts';
import { schema } from '../../src/graphql/schema.ts';
import { eventNameOf } from '../../src/http/rest/events.ts';
import { OPERATIONS } from '../../src/http/rest/operations.ts';
import { call } from '../rest/rest-caller.ts';
import { DOCUMENTS, rowsOf, sectionOf } from '../support/documents.ts';
import { openTestApp } from '../support/test-app.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

const firstCells = (name: string, heading: string): readonly string[] =>
  rowsOf(name, heading).map(([first = '']) => first);

test('operations.md has a row for each setting that the program reads, and for no other', () => {
  const names = (text: string) => new Set(text.match(/\b(UPSTOX_|VEGA_|LOGIN_CONFIG_)[A-Z_]+[A-Z]\b/g));
  const folder = path.join(ROOT, 'src/config');
  // What is told as mistyped is measured by a list of its own.
  const LIST = 'unknown-names.ts';
  const textOf = (file: string) => readFileSync(path.join(folder, file), 'utf8');
  const files = readdirSync(folder).filter((file) => file !== LIST);
  const known = names(
    files
      .map(textOf)
      .join('\n')
      .replace(/_\$\{index\}/g, ''),
  );
  expect([...names(textOf(LIST).replace(/_n'/g, "'"))].sort()).toEqual([...known].sort());
  const rows = firstCells('docs/operations.md', 'Settings');
  const shown = names(rows.join('\n').replace(/_n$/gm, ''));
  expect([...shown].sort()).toEqual([...known].sort());
  expect(rows).toEqual([...new Set(rows)]);
});

test('the documents name no setting that the program does not read', () => {
  const shown = firstCells('docs/operations.md', 'Settings');
  // These are for the tests alone.
  const ofTests = /VEGA_ALL_FAULTS=1 npm test|VEGA_TEST_ENGINE=POSTGRES npx vitest/g;
  const text = [...DOCUMENTS.values()].join('\n').replaceAll(ofTests, '');
  const named = text.match(/\b(?:UPSTOX|VEGA|LOGIN_CONFIG)_[A-Z_]*[A-Z](?:_n)?\b/g) ?? [];
  expect([...new Set(named)].filter((name) => !shown.includes(name))).toEqual([]);
});

test('broker.md and operations.md name every failure code, with what follows from it', () => {
  const rowOf = ({ kind, isRetried }: Consequence): readonly [ends: string, then: string] => {
    switch (kind) {
      case 'NEXT_API':
        return ['API', '–'];
      case 'STOP':
        return ['run', '–'];
      case 'COOLDOWN':
        return ['run', isRetried ? 'cooldown, resumes' : 'cooldown'];
      case 'QUARANTINE':
        return ['run', 'quarantine'];
    }
  };
  const known = FAILURE_CODES.map((code) => [code, ...rowOf(consequenceOf({ code }))]);
  const shown = rowsOf('docs/broker.md', 'Failure codes').map(([code, , ends, then]) => [code, ends, then]);
  expect(shown).toEqual(known);
  expect(firstCells('docs/operations.md', 'Troubleshooting by failure code')).toEqual(FAILURE_CODES);
});

test('clients.md names every refusal, event and route', () => {
  expect(firstCells('docs/clients.md', 'Refusals')).toEqual(REFUSAL_CODES);
  const events = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'AuthEvent'))
    .map(({ name }) => [eventNameOf(name), name]);
  const shown = rowsOf('docs/clients.md', 'Events').map(([name, type]) => [name, type]);
  expect([...shown].sort()).toEqual(events.sort());
  const routes = sectionOf('docs/clients.md', 'REST');
  expect(OPERATIONS.filter(({ path: route }) => !routes.includes(route))).toEqual([]);
});

test('broker.md names every state and verdict of the schema', () => {
  const valuesOf = (name: string) => {
    const type = schema.getType(name);
    return type !== undefined && 'getValues' in type ? type.getValues().map(({ name: value }) => value) : [];
  };
  expect([...firstCells('docs/broker.md', 'States of an account')].sort()).toEqual(
    valuesOf('AuthPhase').sort(),
  );
  expect([...firstCells('docs/broker.md', 'Verdicts')].sort()).toEqual(valuesOf('Verdict').sort());
});

test('security.md has the roles of every field', () => {
  const rolesIn = (type: GraphQLObjectType | null | undefined) =>
    Object.values(type?.getFields() ?? {})
      .map(({ name, description }) => [name, /\nRoles: ([A-Z, ]+)\.$/.exec(description ?? '')?.[1] ?? ''])
      .sort();
  const rolesShown = (heading: string) =>
    rowsOf('docs/security.md', heading)
      .map(([name, , ...marks]) => [
        name,
        ['OPERATOR', 'VIEWER', 'SERVICE'].filter((_role, index) => marks[index] === 'yes').join(', '),
      ])
      .sort();
  expect(rolesShown('Queries')).toEqual(rolesIn(schema.getQueryType()));
  expect(rolesShown('Mutations')).toEqual(rolesIn(schema.getMutationType()));
  expect(rolesShown('Subscriptions')).toEqual(rolesIn(schema.getSubscriptionType()));
});

test('operations.md names every figure of /metrics', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { body } = await call(testApp, 'GET /metrics');
  const figures = [...String(body).matchAll(/^# TYPE (vega_\w+) /gm)].map(([, name]) => name);
  const shown = firstCells('docs/operations.md', 'Health and metrics').filter((name) =>
    name.startsWith('vega_'),
  );
  expect(shown).toEqual(figures);
});

test('every decision has its date, its reason and what would change it', () => {
  const decisions = (DOCUMENTS.get('docs/decisions.md') ?? '').split(/^### /m).slice(1);
  expect(decisions.length).toBeGreaterThan(60);
  const shape =
    /^[^\n]+\n\n- Date: 2\d{3}-\d\d-\d\d\n- Decision: .+\n- Reason: .+\n- Would change it: .+\n(?:\n## .+\n)?\s*$/;
  expect(decisions.filter((text) => !shape.test(text))).toEqual([]);
});

test('the word list has twenty terms, in the spelling of the schema', () => {
  const lines =
    sectionOf('CONTRIBUTING.md', 'Word list')
      .match(/^\| .+$/gm)
      ?.slice(1) ?? [];
  const terms = lines.map((line) => line.split('|')[1]?.trim() ?? '');
  expect(terms).toHaveLength(20);
  const ofSchema = terms.filter((term) => term.startsWith('`')).map((term) => term.slice(1, -1));
  expect(ofSchema.length).toBeGreaterThan(12);
  expect(ofSchema.filter((term) => !isNamedType(schema.getType(term)))).toEqual([]);
});

/** The text of a file, or of every file in a folder. */
const textIn = (place: string): string => {
  const full = path.join(ROOT, place);
  if (statSync(full).isFile()) return readFileSync(full, 'utf8');
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(path.join(full, name), 'utf8'))
    .join('\n');
};

test('what CONTRIBUTING.md has one search for is in its folder', () => {
  const rows = rowsOf('CONTRIBUTING.md', 'Where it happens');
  expect(rows.length).toBeGreaterThan(30);
  const missing = rows.filter(([, folder = '', term = '']) => !textIn(folder).includes(term));
  expect(missing).toEqual([]);
});
