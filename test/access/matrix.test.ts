import {
  type GraphQLArgument,
  type GraphQLField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
} from 'graphql';
import { expect, test } from 'vitest';
import type { AccessRole } from '../../src/domain/account/access-key.ts';
import { schema } from '../../src/graphql/schema.ts';
import { holderOf, holderWith, type KeyHolder } from '../support/callers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const ALL = 'OPERATOR VIEWER SERVICE';
const READING = 'OPERATOR VIEWER';

/** Who may do what, said here a second time: a field that is not in this table is not let through. */
const MAY_USE: Readonly<Record<string, string>> = {
  'query accessKeys': 'OPERATOR',
  'query accounts': READING,
  'query activeAccount': READING,
  'query alertChannels': READING,
  'query alerts': READING,
  'query apiConfigs': READING,
  'query auditLog': READING,
  'query authState': ALL,
  'query caller': ALL,
  'query generationRun': READING,
  'query loginSuccess': READING,
  'query morningReport': READING,
  'query readiness': ALL,
  'query roles': READING,
  'query yearlyTokens': READING,
  'mutation assignRole': 'OPERATOR',
  'mutation removeRole': 'OPERATOR',
  'mutation importToken': 'OPERATOR',
  'query capabilities': READING,
  'query deskReadiness': READING,
  'query canaryReports': READING,
  'query ready': ALL,
  'query generationRuns': READING,
  'query browserQueue': READING,
  'query runQueue': READING,
  'query schedule': READING,
  'query tradingCalendar': READING,
  'query systemHealth': READING,
  'query tokenExpiry': ALL,
  'query tokenLeases': READING,
  'query tokenStatus': READING,
  'query tokens': ALL,
  'mutation abortGeneration': 'OPERATOR',
  'mutation acknowledgeAlert': 'OPERATOR',
  'mutation removeAlertChannel': 'OPERATOR',
  'mutation resendAlert': 'OPERATOR',
  'mutation saveAlertChannel': 'OPERATOR',
  'mutation testAlertChannel': 'OPERATOR',
  'mutation acceptPartial': 'OPERATOR',
  'mutation addAccount': 'OPERATOR',
  'mutation backUpDatabase': 'OPERATOR',
  'mutation beginHumanLogin': 'OPERATOR',
  'mutation clearQuarantine': 'OPERATOR',
  'mutation clearTradingDay': 'OPERATOR',
  'mutation runCanary': 'OPERATOR',
  'mutation refreshTradingCalendar': 'OPERATOR',
  'mutation removeSchedule': 'OPERATOR',
  'mutation saveSchedule': 'OPERATOR',
  'mutation probeCapabilities': 'OPERATOR',
  'mutation setTradingDay': 'OPERATOR',
  'mutation createAccessKey': 'OPERATOR',
  'mutation createLoginLink': 'OPERATOR',
  'mutation endSessions': 'OPERATOR',
  'mutation enterDashboard': 'OPERATOR',
  'mutation generateTokens': 'OPERATOR',
  'mutation leaseToken': 'SERVICE',
  'mutation logout': 'OPERATOR',
  'mutation removeAccount': 'OPERATOR',
  'mutation removeApiConfig': 'OPERATOR',
  'mutation renameAccount': 'OPERATOR',
  'mutation revokeAccessKey': 'OPERATOR',
  'mutation rotateMasterKey': 'OPERATOR',
  'mutation saveApiConfig': 'OPERATOR',
  'mutation setApiConfigEnabled': 'OPERATOR',
  'mutation startLogin': 'OPERATOR',
  'mutation switchAccount': 'OPERATOR',
  'mutation updateAccountCredentials': 'OPERATOR',
  'mutation verifyAudit': 'OPERATOR',
  'subscription auditLog': READING,
  'subscription authConfirmed': ALL,
  'subscription authState': ALL,
  'subscription cooldown': ALL,
  'subscription dbRecovery': ALL,
  'subscription events': ALL,
  'subscription readiness': ALL,
  'subscription tokenProgress': ALL,
};

type Field = GraphQLField<unknown, unknown>;

const fields = (['query', 'mutation', 'subscription'] as const).flatMap((kind) => {
  const type = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }[kind];
  return Object.values(type?.getFields() ?? {}).map((field) => ({ kind, field: field as Field }));
});

/** A value of the right type that means nobody and nothing, so that even who is let in changes nothing. */
const exampleOf = ({ name, type }: Pick<GraphQLArgument, 'name' | 'type'>): string => {
  const named = getNamedType(type);
  if (isEnumType(named)) return named.getValues()[0]?.name ?? '';
  if (isInputObjectType(named)) {
    const parts = Object.values(named.getFields())
      .filter((part) => part.name === 'accountId' || String(part.type).endsWith('!'))
      .map((part) => `${part.name}: ${exampleOf(part)}`);
    return `{ ${parts.join(', ')} }`;
  }
  if (named.name === 'Boolean') return 'false';
  return JSON.stringify(EXAMPLES[name] ?? 'nothing');
};

/** Where a value of no meaning would be refused before anybody asks who sends it. */
const EXAMPLES: Readonly<Record<string, string>> = {
  accountId: 'NOBODY',
  mobileNumber: '9876543210',
  pin: '135790',
  totp: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  redirectUri: 'https://desk.example/callback',
  accessToken: 'a-token-of-nobody-and-nothing',
};

const documentOf = (kind: string, field: Field): string => {
  const given = field.args
    .filter(({ name, type }) => (name === 'accountId' && kind === 'mutation') || String(type).endsWith('!'))
    .map((argument) => `${argument.name}: ${exampleOf(argument)}`);
  const args = given.length === 0 ? '' : `(${given.join(', ')})`;
  return `${kind} { ${field.name}${args} ${isLeafType(getNamedType(field.type)) ? '' : '{ __typename }'} }`;
};

const isLetIn = async (holder: KeyHolder, document: string): Promise<boolean> => {
  const { body } = await holder.ask(document);
  const codes = body.errors?.map(({ extensions }) => extensions.code) ?? [];
  if (codes.includes('INTERNAL_SERVER_ERROR')) throw new Error(`${document} failed`);
  const refused = body.errors?.find(({ extensions }) => extensions.code === 'FORBIDDEN');
  if (refused !== undefined) expect(refused.extensions.nextAction).toMatch(/^Use a key of the role/);
  return refused === undefined;
};

const holders = async (testApp: TestApp): Promise<Readonly<Record<AccessRole, KeyHolder>>> => ({
  OPERATOR: await holderOf(testApp, { name: 'second operator', role: 'OPERATOR' }),
  VIEWER: await holderOf(testApp, { name: 'screen on the wall', role: 'VIEWER' }),
  SERVICE: await holderOf(testApp, { name: 'feed', role: 'SERVICE' }),
});

test('every field of the schema is for the roles that the table names, and for nobody else', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const of = await holders(testApp);
  const stranger = holderWith(testApp.url, 'nobody', 'vega_operator_guess');
  const found: Record<string, string> = {};
  for (const { kind, field } of fields) {
    const document = documentOf(kind, field);
    const roles: string[] = [];
    for (const [role, holder] of Object.entries(of)) if (await isLetIn(holder, document)) roles.push(role);
    found[`${kind} ${field.name}`] = roles.join(' ');
  }
  expect(found).toEqual(MAY_USE);
  expect((await stranger.ask('{ ready }')).status).toBe(401);

  const denied = testApp.rows("select message from vega_audit_entries where kind = 'ACCESS_DENIED'");
  const mutations = Object.entries(MAY_USE).filter(([name]) => name.startsWith('mutation'));
  expect(denied).toHaveLength(mutations.length * 2);
  expect(denied.map(({ message }) => message)).toContain(
    `key ${of.VIEWER.id} may not use generateTokens: refused.`,
  );
}, 120_000);

test('every field says in the schema which roles may use it', () => {
  const said = fields.map(({ kind, field }) => [
    `${kind} ${field.name}`,
    /\nRoles: ([A-Z, ]+)\.$/.exec(field.description ?? '')?.[1]?.replaceAll(',', ''),
  ]);
  expect(Object.fromEntries(said)).toEqual(MAY_USE);
});

test('a refused field refuses whatever stands beside it, under any name and in any fragment', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { VIEWER, SERVICE } = await holders(testApp);
  const many = Array.from({ length: 20 }, (_, index) => `k${index}: rotateMasterKey`).join(' ');
  const { body } = await VIEWER.ask(`mutation { ${many} }`);
  expect(body.data).toBeNull();
  expect(body.errors?.every(({ extensions }) => extensions.code === 'FORBIDDEN')).toBe(true);
  const fragment = await SERVICE.ask(
    'query { ready ...on Query { ...F } } fragment F on Query { x: accessKeys { id } }',
  );
  expect(fragment.body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect(
    testApp.rows("select count(*) as n from vega_audit_entries where kind = 'MASTER_KEY_ROTATED'"),
  ).toEqual([{ n: 0 }]);
});

test('who has no right over GraphQL has none over REST', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { VIEWER, SERVICE } = await holders(testApp);
  const statusOf = async ({ key }: KeyHolder, path: string, method = 'GET') =>
    (await fetch(`${testApp.url}${path}`, requestBy(key, method))).status;
  expect(await statusOf(VIEWER, '/auth/status')).toBe(200);
  expect(await statusOf(VIEWER, '/metrics')).toBe(200);
  expect(await statusOf(VIEWER, '/auth/start', 'POST')).toBe(403);
  expect(await statusOf(VIEWER, '/auth/dashboard', 'POST')).toBe(403);
  expect(await statusOf(SERVICE, '/auth/dashboard', 'POST')).toBe(403);
  expect(await statusOf(SERVICE, '/auth/tokens')).toBe(200);
  expect(await statusOf(SERVICE, '/metrics')).toBe(403);
  expect(await statusOf(SERVICE, '/auth/logout', 'POST')).toBe(403);
});

const requestBy = (key: string, method: string): RequestInit => ({
  method,
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: method === 'POST' ? '{}' : null,
});
