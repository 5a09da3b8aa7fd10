import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const FOLDER = path.resolve(import.meta.dirname, '../../src/db/schema');

export interface ColumnType {
  readonly isNullable: boolean;
  /** A row may be inserted without it. */
  readonly isGenerated: boolean;
}

type Members = ReadonlyMap<string, string>;

/** What the interface `Tables` says of each column of each table. */
export const readTableTypes = (): ReadonlyMap<string, ReadonlyMap<string, ColumnType>> => {
  const interfaces = new Map(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('tables.ts'))
      .flatMap((name) => interfacesIn(path.join(FOLDER, name))),
  );
  const tables = [...(interfaces.get('Tables') ?? [])].map(
    ([table, type]) => [table, columnTypes(interfaces.get(type) ?? new Map())] as const,
  );
  return new Map(tables);
};

const interfacesIn = (file: string): readonly (readonly [name: string, Members])[] =>
  ts
    .createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
    .statements.filter(ts.isInterfaceDeclaration)
    .map(({ name, members }) => [
      name.text,
      new Map(
        members
          .filter(ts.isPropertySignature)
          .map((member) => [member.name.getText(), member.type?.getText() ?? '']),
      ),
    ]);

const columnTypes = (members: Members): ReadonlyMap<string, ColumnType> =>
  new Map(
    [...members].map(([column, type]) => [
      column,
      { isNullable: /\bnull\b/.test(type), isGenerated: type.startsWith('Generated<') },
    ]),
  );
