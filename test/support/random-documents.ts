import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc, { type GeneratorValue } from 'fast-check';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

export const SCHEMA = buildSchema(
  readFileSync(path.resolve(import.meta.dirname, '../../schema.graphql'), 'utf8'),
);

export interface RandomDocument {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Below this nothing but leaves is asked for. */
const DEEPEST = 4;
const LONG = 'x'.repeat(5000);

/** What a name in the schema makes one try, good values first. */
const BY_NAME: Readonly<Record<string, readonly unknown[]>> = {
  accountId: ['UPSTOX_01', 'UPSTOX_02', 'NOBODY'],
  id: ['UPSTOX_01', 'UPSTOX_02', '1'],
  first: [1, 20, 0, 100_000],
  date: ['2026-11-30', '2026-02-30', 'today'],
  startAt: ['07:00', '03:29', '24:00'],
  mobileNumber: ['9000000001', '+919000000001'],
  pin: ['123456', '12'],
  totpSecret: ['JBSWY3DPEHPK3PXP', 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP'],
  redirectUri: ['http://127.0.0.1:1/done', 'nowhere'],
  url: ['https://127.0.0.1:1/hook', 'file:///etc/passwd', 'smtp://127.0.0.1:1'],
};

/** A secret in a place where no value like it belongs: no answer may quote it. */
export const MISPLACED = '987654321';

const ODD: readonly unknown[] = [
  ...[{ pin: MISPLACED }, [{ pin: MISPLACED }], [Number(MISPLACED), { pin: MISPLACED }]],
  ...['', ' ', '\u0000', '\ud800', '🗝', LONG, "' or 1 = 1 --", '../../etc/passwd', '__proto__'],
  ...[0, -1, 2 ** 31, 2 ** 31 - 1, 1e308, 0.5, true, false, null, [], {}, [[]], { input: null }],
];

/**
 * Makes up documents from the schema: each field is asked for in its turn, with values that may be good or bad, in
 * variables or in the text. One for all documents of a run: it knows what was asked for least.
 */
export class RandomDocuments {
  readonly #asked = new Map<string, number>();
  readonly #roots: readonly (readonly ['query' | 'mutation', GraphQLField<unknown, unknown>])[] = [
    ...Object.values(SCHEMA.getQueryType()?.getFields() ?? {}).map((field) => ['query', field] as const),
    ...Object.values(SCHEMA.getMutationType()?.getFields() ?? {}).map(
      (field) => ['mutation', field] as const,
    ),
  ];

  /** `count` documents; the same for the same seed. */
  make(count: number, seed: number): readonly RandomDocument[] {
    return fc
      .sample(fc.gen(), { numRuns: count, seed })
      .map((generate, index) => new Drawing(generate, this.#asked).document(this.#rootAt(index)));
  }

  /** The fields of objects that no document has asked for, as `Type.field`. */
  get never(): readonly string[] {
    return reachable()
      .flatMap((type) => Object.keys(type.getFields()).map((name) => `${type.name}.${name}`))
      .filter((name) => !this.#asked.has(name));
  }

  #rootAt(index: number) {
    const root = this.#roots[index % this.#roots.length];
    if (root === undefined) throw new Error('The schema has no fields.');
    return root;
  }
}

class Drawing {
  readonly #generate: GeneratorValue;
  readonly #asked: Map<string, number>;
  readonly #variables: { readonly name: string; readonly type: string; readonly value: unknown }[] = [];

  constructor(generate: GeneratorValue, asked: Map<string, number>) {
    this.#generate = generate;
    this.#asked = asked;
  }

  document([kind, root]: readonly ['query' | 'mutation', GraphQLField<unknown, unknown>]): RandomDocument {
    this.#note(kind === 'query' ? 'Query' : 'Mutation', root.name);
    const selection = this.#field(root, 0);
    const declared = this.#variables.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    const text = `${kind} Random${declared === '' ? '' : `(${declared})`} { ${selection} }`;
    const variables = Object.fromEntries(this.#variables.map(({ name, value }) => [name, value]));
    return { query: this.#chance(3) ? this.#damaged(text) : text, variables };
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const alias = this.#chance(5) ? 'other: ' : '';
    const given = field.args.flatMap((argument) => this.#argument(argument));
    const args = given.length === 0 ? '' : `(${given.join(', ')})`;
    const directive = this.#chance(3) ? ` @include(if: ${this.#chance(50)})` : '';
    return `${alias}${field.name}${args}${directive}${this.#selection(getNamedType(field.type), depth)}`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    if (isLeafType(type)) return this.#chance(1) ? ' { id }' : '';
    if (isAbstractType(type)) {
      const parts = SCHEMA.getPossibleTypes(type).map(
        (one) => `... on ${one.name}${this.#fields(one, depth)}`,
      );
      return ` { __typename ${parts.join(' ')} }`;
    }
    return isObjectType(type) ? this.#fields(type, depth) : '';
  }

  #fields(type: GraphQLObjectType, depth: number): string {
    const all = Object.values(type.getFields());
    const leaves = all.filter((field) => isLeafType(getNamedType(field.type)));
    const can = depth < DEEPEST ? all : leaves;
    const few = this.#pick([1, 2, 3, 6]);
    const count = (field: GraphQLField<unknown, unknown>) =>
      this.#asked.get(`${type.name}.${field.name}`) ?? 0;
    const chosen = can.toSorted((one, other) => count(one) - count(other)).slice(0, few);
    for (const { name } of chosen) this.#note(type.name, name);
    const unknown = this.#chance(2) ? ['noSuchField'] : [];
    const fields = [...chosen.map((field) => this.#field(field, depth + 1)), ...unknown];
    return ` { ${['__typename', ...fields].join(' ')} }`;
  }

  #argument({ name, type }: GraphQLArgument): string[] {
    if (this.#chance(isNonNullType(type) ? 3 : 35)) return [];
    const value = this.#value(type, name);
    if (this.#chance(40)) return [`${name}: ${printLiteral(value, type)}`];
    const variable = `v${this.#variables.length}`;
    this.#variables.push({ name: variable, type: String(type), value });
    return [`${name}: $${variable}`];
  }

  #value(type: GraphQLInputType, name: string): unknown {
    if (this.#chance(8)) return this.#pick(ODD);
    if (isNonNullType(type)) return this.#value(type.ofType, name);
    if (isListType(type))
      return Array.from({ length: this.#pick([0, 1, 1, 2, 7]) }, () => this.#value(type.ofType, name));
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type))
      return Object.fromEntries(
        Object.values(type.getFields())
          .filter((field) => !this.#chance(isNonNullType(field.type) ? 3 : 40))
          .map((field) => [field.name, this.#value(field.type, field.name)]),
      );
    const known = BY_NAME[name];
    if (known !== undefined) return this.#pick(known);
    if (type.name === 'Boolean') return this.#chance(50);
    if (type.name === 'Int') return this.#pick([0, 1, 5, 30, 1440, -5]);
    if (type.name === 'DateTime') return this.#pick(['2026-11-30T03:45:00Z', '1970-01-01T00:00:00Z', 'soon']);
    return this.#pick(['a name', 'x', 'UPSTOX_01', '12:30', 'it was looked at']);
  }

  /** A document that lost a piece, or has one twice. */
  #damaged(text: string): string {
    const at = this.#generate(fc.nat, { max: text.length });
    const to = this.#generate(fc.nat, { max: text.length });
    return this.#chance(50) ? text.slice(0, at) : text.slice(0, at) + text.slice(to);
  }

  #note(type: string, field: string): void {
    const name = `${type}.${field}`;
    this.#asked.set(name, (this.#asked.get(name) ?? 0) + 1);
  }

  #chance(percent: number): boolean {
    return this.#generate(fc.nat, { max: 99 }) < percent;
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[this.#generate(fc.nat, { max: values.length - 1 })] as Value;
  }
}

/** A value as it stands in a document: names of enumerations have no quotes there. */
const printLiteral = (value: unknown, type: GraphQLInputType): string => {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (Array.isArray(value))
    return `[${value.map((one) => printLiteral(one, isListType(inner) ? inner.ofType : inner)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(inner) ? inner.getFields() : {};
    const parts = Object.entries(value).map(
      ([name, one]) => `${name}: ${printLiteral(one, fields[name]?.type ?? inner)}`,
    );
    return `{${parts.join(', ')}}`;
  }
  return isEnumType(inner) && typeof value === 'string' && /^\w+$/.test(value)
    ? value
    : JSON.stringify(value);
};

/** The object types that a query or a mutation can answer. */
const reachable = (): readonly GraphQLObjectType[] => {
  const found = new Set<GraphQLObjectType>();
  const visit = (type: GraphQLNamedType): void => {
    if (isAbstractType(type)) for (const one of SCHEMA.getPossibleTypes(type)) visit(one);
    if (!isObjectType(type) || found.has(type)) return;
    found.add(type);
    for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
  };
  for (const root of [SCHEMA.getQueryType(), SCHEMA.getMutationType()]) if (root != null) visit(root);
  return [...found];
};
