import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const QUERIES = ['src/db/queries', 'src/db/audit', 'src/db/secrets'];

/** A function or method that takes a connection or transaction: `src/db/queries/sessions.ts findSessions`. */
type Query = string;

const filesIn = (folder: string): readonly string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .sort();

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(path.join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);

const isExported = (node: ts.HasModifiers): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

const takesRows = ({ parameters }: ts.SignatureDeclaration): boolean =>
  parameters.some(({ type }) => type?.getText() === 'Queryable');

const queriesOf = (file: string): readonly Query[] =>
  parse(file).statements.flatMap((statement): readonly string[] => {
    if (ts.isVariableStatement(statement) && isExported(statement))
      return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
        initializer !== undefined && ts.isArrowFunction(initializer) && takesRows(initializer)
          ? `${file} ${name.getText()}`
          : [],
      );
    if (ts.isClassDeclaration(statement) && isExported(statement))
      return statement.members.flatMap((member) =>
        ts.isMethodDeclaration(member) && takesRows(member)
          ? `${file} ${statement.name?.text}.${member.name.getText()}`
          : [],
      );
    return [];
  });

const isOfBothEngines = (statement: ts.Statement): boolean =>
  ts.isExpressionStatement(statement) && statement.getText().startsWith('describe.each(ENGINES)(');

/** What a test calls, or hands on to be called, on both engines: in such a `describe`, or in a function beside it. */
const calledIn = (file: string): readonly Query[] => {
  const { statements } = parse(file);
  if (!statements.some(isOfBothEngines)) return [];
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) for (const part of [node.expression, ...node.arguments]) note(part);
    ts.forEachChild(node, visit);
  };
  const note = (part: ts.Expression): void => {
    if (ts.isIdentifier(part)) names.add(part.text);
    if (ts.isPropertyAccessExpression(part)) names.add(`.${part.name.text}`);
  };
  for (const statement of statements)
    if (isOfBothEngines(statement) || !ts.isExpressionStatement(statement)) visit(statement);
  const modules = statements.filter(ts.isImportDeclaration).flatMap(({ moduleSpecifier, importClause }) => {
    const from = path.posix.join(path.posix.dirname(file), (moduleSpecifier as ts.StringLiteral).text);
    const bindings = importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) return [];
    return bindings.elements.map(({ name }) => ({ from, name: name.text }));
  });
  return modules.flatMap(({ from, name }) => [
    ...(names.has(name) ? [`${from} ${name}`] : []),
    ...[...names].flatMap((member) => (member.startsWith('.') ? `${from} ${name}${member}` : [])),
  ]);
};

test('every query is called on both engines by a test of rows', () => {
  const queries = QUERIES.flatMap(filesIn).flatMap(queriesOf);
  const called = new Set(
    filesIn('test/db')
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap(calledIn),
  );
  expect(queries.length).toBeGreaterThan(100);
  expect(queries.filter((query) => !called.has(query))).toEqual([]);
});
