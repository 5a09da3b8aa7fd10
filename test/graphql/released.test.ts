import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

const readText = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8');

/** The schema as it was when the last version was released; a release copies `schema.graphql` over it. */
const RELEASED = buildSchema(readText('released.graphql'));

/** What the changelog says of the version to come: its first section. */
const unreleased = (changelog: string): string => changelog.split(/^## /m)[1] ?? '';

/** Where a client of the released schema breaks, as `Type.field` or `Type.field.argument`. */
const breaksIn = async (released: GraphQLSchema, present: GraphQLSchema): Promise<string[]> => {
  const changes: readonly Change[] = await diff(released, present);
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  return [...new Set(breaking.map(({ path: place, message }) => place ?? message))].sort();
};

/** Those breaks that nobody was told of. */
const untold = async (
  released: GraphQLSchema,
  present: GraphQLSchema,
  changelog: string,
): Promise<string[]> => {
  const news = unreleased(changelog);
  return (await breaksIn(released, present)).filter((place) => !news.includes(`\`${place}\``));
};

test('every change that breaks a client of the last release is named in the changelog', async () => {
  expect(await untold(RELEASED, schema, readText('../../CHANGELOG.md'))).toEqual([]);
});

describe('the check can fail:', () => {
  const before = buildSchema(`
    scalar Instant
    enum Colour { RED GREEN }
    input Writing { what: String }
    interface Thing { id: ID! }
    type Token implements Thing { id: ID! version: Int! end: Instant }
    type Query { token(name: String): Token colour(wish: Writing): Colour }
  `);
  const after = buildSchema(`
    scalar Instant
    enum Colour { RED BLUE }
    input Writing { what: String! why: String! }
    interface Thing { id: ID! }
    type Token { id: ID! end: String name: String }
    type Query { token(name: String, must: Int!): Token colour(wish: Writing): Colour tokens: [Token!]! }
  `);
  const breaks = [
    'Colour.GREEN',
    'Query.token.must',
    'Token',
    'Token.end',
    'Token.version',
    'Writing.what',
    'Writing.why',
  ];

  test('what is removed, has another type or is asked for now is found, and what is new is not', async () => {
    expect(await untold(before, after, '# Changelog\n\n## Unreleased\n')).toEqual(breaks);
    expect(await breaksIn(after, after)).toEqual([]);
  });

  test('a name counts where it stands in the section of the version to come, as a whole', async () => {
    const changelog = (news: string, olds: string) =>
      `# Changelog\n\n## Unreleased\n${news}\n## 0.1.0\n${olds}`;
    const told = '- Gone: `Token.version`, `Colour.GREEN`.';
    const rest = breaks.filter((place) => place !== 'Token.version' && place !== 'Colour.GREEN');
    expect(await untold(before, after, changelog(told, ''))).toEqual(rest);
    expect(await untold(before, after, changelog('', told))).toEqual(breaks);
    expect(await untold(before, after, changelog('- `Token.versions` Token.version', ''))).toEqual(breaks);
  });

  test('the released schema itself is compared, not an empty one', async () => {
    expect(await breaksIn(RELEASED, before)).toEqual(
      expect.arrayContaining(['Query.authState', 'GenerationRun']),
    );
  });
});
