import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLScalarType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isRequiredArgument,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

/** What clients rely on. More fields and more optional arguments are welcome; these keep their names and types. */
const PROMISED = buildSchema(`
  scalar DateTime
  enum ApiName { PRIMARY WEBSOCKET1 WEBSOCKET2 WEBSOCKET3 OPTIONCHAIN1 OPTIONCHAIN2 }
  enum GenerationMode { ALL INVALID_ONLY PARTIAL }
  enum Verdict { VALID EXPIRED INVALID UNKNOWN MISSING }
  enum RunStatus { QUEUED RUNNING WAITING_OPERATOR COOLDOWN COMPLETED STOPPED ABORTED }
  # Enums whose values may grow: only their names are promised.
  scalar LoginStep
  scalar FailureCode
  scalar StepStatus
  scalar ConfigSource
  scalar StorageKind
  scalar HealthState
  type Query {
    accounts: [Account!]!
    activeAccount: Account!
    tokens(accountId: ID): [Token!]!
    generationRun(id: ID!): GenerationRun
    apiConfigs(accountId: ID): [ApiConfig!]!
    systemHealth: SystemHealth!
  }
  type Mutation {
    generateTokens(mode: GenerationMode!, apiNames: [ApiName!], accountId: ID, replaceValid: Boolean, includeUnknown: Boolean): GenerationRun!
  }
  type Subscription {
    events(accountId: ID, after: ID): AuthEvent!
    tokenProgress(accountId: ID): TokenProgress!
  }
  type TokenProgress { total: Int! generated: Int! missing: [ApiName!]! current: ApiName step: LoginStep runId: ID! }
  type Account { id: ID! name: String! client: String broker: String! plan: String isActive: Boolean! tokens: [Token!]! apiConfigs: [ApiConfig!]! }
  type ApiConfig { apiIndex: Int! apiName: ApiName! clientId: String! redirectUri: String! isPrimary: Boolean! enabled: Boolean! source: ConfigSource! }
  type Token { apiName: ApiName! isPrimary: Boolean! verdict: Verdict! fingerprint: String generatedAt: DateTime expiresAt: DateTime checkedAt: DateTime storage: StorageKind! version: Int! }
  type SystemHealth { database: HealthState! api: HealthState! cache: HealthState! browser: HealthState! findings: [Finding!]! }
  type Finding { message: String! }
  type GenerationRun { id: ID! accountId: ID! mode: GenerationMode! status: RunStatus! startedAt: DateTime! endedAt: DateTime steps: [RunStep!]! }
  type RunStep { apiName: ApiName! status: StepStatus! step: LoginStep failure: Failure startedAt: DateTime endedAt: DateTime }
  type Failure { code: FailureCode! message: String! nextAction: String! submitted: [String!]! }
  interface AuthEvent { id: ID! at: DateTime! accountId: ID! }
  type TokenProgressEvent implements AuthEvent { id: ID! at: DateTime! accountId: ID! progress: TokenProgress! }
  type HeartbeatEvent implements AuthEvent { id: ID! at: DateTime! accountId: ID! }
  type GapEvent implements AuthEvent { id: ID! at: DateTime! accountId: ID! }
`);

const ownTypes = (of: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(of.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

type AnyField = GraphQLField<unknown, unknown>;

/** `name(argument: Type): Type`, with the promised arguments and with those that a client could not do without. */
const signature = (field: AnyField, promised: AnyField): string => {
  const isPromised = (name: string) => promised.args.some((argument) => argument.name === name);
  const written = field.args
    .filter((argument) => isPromised(argument.name) || isRequiredArgument(argument))
    .map(({ name, type }) => `${name}: ${type}`)
    .sort();
  return `${field.name}${written.length > 0 ? `(${written.join(', ')})` : ''}: ${field.type}`;
};

/** What `of` says about everything that is promised, one line for each promise. */
const promisesIn = (of: GraphQLSchema): string[] =>
  ownTypes(PROMISED).flatMap((promised) => {
    const type = of.getType(promised.name);
    if (isEnumType(promised)) {
      const values = isEnumType(type) ? type.getValues().map(({ name }) => name) : ['no enum'];
      return [`enum ${promised.name} { ${values.sort().join(' ')} }`];
    }
    if (!isObjectType(promised) && !isInterfaceType(promised)) return [];
    if (!isObjectType(type) && !isInterfaceType(type)) return [`${promised.name} is no type with fields`];
    const interfaces = type.getInterfaces().map(({ name }) => `${type.name} implements ${name}`);
    const fields = Object.values(promised.getFields()).map((field) => {
      const actual = type.getFields()[field.name];
      return `${type.name}.${actual === undefined ? `${field.name} is not there` : signature(actual, field)}`;
    });
    return [...interfaces, ...fields];
  });

/** Everything a reader of the schema may ask the meaning of, and that does not tell it. */
const undescribed = (of: GraphQLSchema): string[] =>
  ownTypes(of)
    .flatMap((type) => [[type.name, type.description] as const, ...partsOf(type)])
    .filter(([, description]) => (description ?? '').trim() === '')
    .map(([name]) => name);

const partsOf = (type: GraphQLNamedType): (readonly [string, string | null | undefined])[] => {
  if (isEnumType(type))
    return type.getValues().map((value) => [`${type.name}.${value.name}`, value.description]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field.description]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field.description] as const,
    ...field.args.map(
      ({ name, description }) => [`${type.name}.${field.name}(${name})`, description] as const,
    ),
  ]);
};

/** What is deprecated without saying since which version, and what to use instead. */
const unexplained = (of: GraphQLSchema): string[] =>
  ownTypes(of)
    .flatMap(deprecationsOf)
    .filter(([, reason]) => reason != null && !/^Since \d+\.\d+: .{8,}/.test(reason))
    .map(([name]) => name);

const deprecationsOf = (type: GraphQLNamedType): (readonly [string, string | null | undefined])[] => {
  if (isEnumType(type))
    return type.getValues().map((value) => [`${type.name}.${value.name}`, value.deprecationReason]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [
      `${type.name}.${field.name}`,
      field.deprecationReason,
    ]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field.deprecationReason] as const,
    ...field.args.map(
      ({ name, deprecationReason }) => [`${type.name}.${field.name}(${name})`, deprecationReason] as const,
    ),
  ]);
};

test('schema.graphql is the schema', async () => {
  await expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toMatchFileSnapshot(
    '../../schema.graphql',
  );
});

test('every type, field, argument and value says what it is', () => {
  expect(undescribed(schema)).toEqual([]);
});

test('every scalar of our own names its specification', () => {
  const own = ownTypes(schema).filter((type) => isScalarType(type));
  expect(own.map(({ name, specifiedByURL }) => [name, specifiedByURL])).toEqual([
    ['DateTime', 'https://scalars.graphql.org/andimarek/date-time.html'],
  ]);
});

test.each([
  ['2026-11-22T22:00:00.000Z', '2026-11-22T22:00:00.000Z'],
  ['2026-11-23T03:30:00.000+05:30', '2026-11-22T22:00:00.000Z'],
  ['2026-11-22t22:00:00.000z', '2026-11-22T22:00:00.000Z'],
])('DateTime reads %s', (text, instant) => {
  const scalar = schema.getType('DateTime') as GraphQLScalarType;
  expect(scalar.serialize(scalar.parseValue(text))).toBe(instant);
});

test.each([
  ...['2026-11-22T22:00:00Z', '2026-11-22T22:00:00.000', '2026-11-22T22:00:00.000-00:00', '2026-11-22'],
  ...['2026-13-22T22:00:00.000Z', 'tomorrow', '', 1_795_000_000_000, null],
])('DateTime does not guess what %s means', (value) => {
  const scalar = schema.getType('DateTime') as GraphQLScalarType;
  expect(() => scalar.parseValue(value)).toThrow('it should be a text like');
});

test('what is deprecated says since when, and what to use instead', () => {
  expect(unexplained(schema)).toEqual([]);
});

test('what clients rely on is there as it was promised', () => {
  expect(promisesIn(schema)).toEqual(promisesIn(PROMISED));
});

test('no answer has a field for a token’s value, except the lease of one', () => {
  const named = ownTypes(schema)
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
    .filter((name) => /accessToken|clientSecret|\.pin$|totp|mobile/i.test(name));
  expect(named.filter((name) => name !== 'TokenLease.accessToken')).toEqual([]);
});

test('what is missing, has another type or says nothing is found', () => {
  const poor = buildSchema(`
    type Query { "Described." token(id: ID, must: Int!): Verdict, accounts: [String!]! }
    enum Verdict { VALID }
    input Order { what: String }
  `);
  const old = buildSchema(`
    enum Verdict { VALID GOOD @deprecated(reason: "Since 0.2: use VALID.") FINE @deprecated }
    input Order { what: String, which: String @deprecated(reason: "Unused.") }
    type Query { token(id: ID, name: String @deprecated): Verdict, tokens: Int @deprecated(reason: "Since 0.2.") }
  `);
  expect(unexplained(old)).toEqual(['Verdict.FINE', 'Order.which', 'Query.token(name)', 'Query.tokens']);
  expect(undescribed(poor)).toEqual([
    ...['Query', 'Query.token(id)', 'Query.token(must)', 'Query.accounts', 'Verdict', 'Verdict.VALID'],
    ...['Order', 'Order.what'],
  ]);
  expect(promisesIn(poor)).toEqual(
    expect.arrayContaining([
      'enum Verdict { VALID }',
      'enum ApiName { no enum }',
      'Query.accounts: [String!]!',
      'Query.tokens is not there',
      'Mutation is no type with fields',
    ]),
  );
});
