import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { PROGRAM } from '../../src/cli/commands.ts';
import { inCommands } from '../../src/cli/view/command-words.ts';
import { headlineOf } from '../../src/domain/auth/headline.ts';
import { schema } from '../../src/graphql/schema.ts';

const SRC = path.resolve(import.meta.dirname, '../../src');

/** Every text with a space in it that stands in the domain, the services and the readers of settings. */
const textsOf = (file: string): readonly string[] => {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node);
    if (isText || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) texts.push(node.text);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(file, readFileSync(path.join(SRC, file), 'utf8'), ts.ScriptTarget.Latest));
  return texts.filter((text) => text.includes(' '));
};

const OPERATIONS = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  .flatMap((type) => Object.keys(type?.getFields() ?? {}))
  .filter((name) => /[A-Z]/.test(name));

test('every operation that an advice names has a command', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^(?:domain|services)\/.*\.ts$/.test(file),
  );
  const texts = files.flatMap(textsOf).filter((text) => OPERATIONS.some((name) => text.includes(name)));
  expect(texts.length).toBeGreaterThan(30);
  const left = texts.map(inCommands).filter((text) => OPERATIONS.some((name) => text.includes(name)));
  expect(left).toEqual([]);
});

test('every command that stands for an operation exists', () => {
  const texts = OPERATIONS.map(inCommands).concat(['`accounts`', '`alerts`', '`roles`'].map(inCommands));
  const lines = texts.flatMap((text) =>
    [...text.matchAll(/`vega-auth ([^`]+)`/g)].map(([, line = '']) => line),
  );
  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines) {
    let command: { readonly name: string; readonly commands?: readonly (typeof PROGRAM)[] } | undefined =
      PROGRAM;
    for (const word of line.split(' ')) command = command?.commands?.find(({ name }) => name === word);
    expect(command?.name, line).toBe(line.split(' ').at(-1));
  }
});

test('an advice names commands and options, and plain words stay', () => {
  expect(inCommands('Ask again with tokenStatus, or confirm with includeUnknown: true.')).toBe(
    'Ask again with `vega-auth status`, or confirm with --include-unknown.',
  );
  expect(inCommands('Do what `authState` says.')).toBe('Do what `vega-auth status` says.');
  expect(inCommands('Ask `roles` for those there are; the roles stay.')).toBe(
    'Ask `vega-auth roles list` for those there are; the roles stay.',
  );
  const { nextAction } = headlineOf({
    ...{ state: 'IDLE', blockedBy: 'CREDENTIALS_REJECTED', isReady: false, run: null },
    ...{ checks: [], nextOperations: [], levels: [] },
  });
  expect(inCommands(nextAction)).toMatch(/with a reason \(`vega-auth accounts clear-quarantine`\)\.$/);
});
