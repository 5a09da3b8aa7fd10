import fc from 'fast-check';
import { expect, test } from 'vitest';
import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { refuseAssignment } from '../../src/domain/role/assignment-rules.ts';
import { ROLE_CREDENTIALS, type RoleAssignment, rolesOf, sourceKey } from '../../src/domain/role/role.ts';
import { nextVersionBase } from '../../src/domain/role/role-versions.ts';
import { holderOf } from '../support/callers.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';
import { assign, importToken } from './role-desk.ts';

const NOW = new Date('2026-11-24T04:00:00Z');
const NAMES = API_NAMES.slice(0, 4);

const name = fc.constantFrom(...NAMES);
const operation = fc.oneof(
  fc.record({
    kind: fc.constant('ASSIGN' as const),
    apiName: name,
    credential: fc.constantFrom(...ROLE_CREDENTIALS.filter((credential) => credential !== 'SHARED')),
    sharedWith: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('ASSIGN' as const),
    apiName: name,
    credential: fc.constant('SHARED' as const),
    sharedWith: name,
  }),
  fc.record({ kind: fc.constant('REMOVE' as const), apiName: name }),
  fc.record({
    kind: fc.constant('STORE' as const),
    source: fc.constantFrom(...NAMES, 'ANALYTICS', 'EXTENDED'),
  }),
  fc.record({ kind: fc.constant('SWITCH' as const), apiName: name }),
);

/** An account as far as its versions depend on it. */
const openAccount = () => {
  const versions = new Map<string, number>();
  const enabled = new Map<ApiName, boolean>(NAMES.map((apiName) => [apiName, true]));
  let assignments: readonly RoleAssignment[] = [];
  const apps = () =>
    NAMES.map((apiName, apiIndex) => ({
      ...{ apiName, apiIndex, clientId: apiName, enabled: enabled.get(apiName) === true },
    }));
  const roles = () => rolesOf(apps(), assignments, NOW);
  const assignTo = (wish: Omit<RoleAssignment, 'versionBase'>): void => {
    const versionBase = nextVersionBase(wish, assignments, versions);
    const others = assignments.filter(({ apiName }) => apiName !== wish.apiName);
    assignments = [...others, { ...wish, versionBase }];
  };
  return { versions, enabled, apps, roles, assignTo };
};

const isRefused = (check: () => void): boolean => {
  try {
    check();
    return false;
  } catch {
    return true;
  }
};

test('the versions of a role only rise, whatever is assigned, removed, stored and switched off', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60, size: 'max' }), (operations) => {
      const { versions, enabled, apps, roles, assignTo } = openAccount();
      const seen = new Map<ApiName, { version: number; token: string }>();
      for (const one of operations) {
        if (one.kind === 'STORE') versions.set(one.source, (versions.get(one.source) ?? 0) + 1);
        if (one.kind === 'SWITCH') enabled.set(one.apiName, !enabled.get(one.apiName));
        if (one.kind === 'REMOVE' && roles().every(({ sharedWith }) => sharedWith !== one.apiName))
          assignTo({ apiName: one.apiName, credential: 'LOGIN', sharedWith: null, endsAt: null });
        if (one.kind === 'ASSIGN' && !isRefused(() => refuseAssignment(one, roles(), apps())))
          assignTo({ ...one, endsAt: null });
        for (const role of roles()) {
          const stored = versions.get(sourceKey(role)) ?? 0;
          if (role.source === null || stored === 0) continue;
          const now = { version: stored + role.versionBase, token: `${sourceKey(role)} ${stored}` };
          const before = seen.get(role.apiName) ?? { version: 0, token: '' };
          if (now.token === before.token) expect(now.version).toBeGreaterThanOrEqual(before.version);
          else expect(now.version).toBeGreaterThan(before.version);
          seen.set(role.apiName, now);
        }
      }
    }),
    { numRuns: 500 },
  );
});

const storedEvents = ({ rows }: TestApp): readonly string[] =>
  rows("select payload from vega_events where kind = 'TOKEN_STORED' order by id").map(({ payload }) => {
    const { apiName, version } = JSON.parse(payload).stored;
    return `${apiName} ${version}`;
  });

test('a role that was removed goes on with its versions, and each change of a token is announced once', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const { broker, ask } = testApp;
  const feed = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const version = async (apiName: string) =>
    (await feed.ask(`mutation { leaseToken(apiName: ${apiName}) { version } }`)).body.data?.leaseToken;
  const paste = (apiName: string) =>
    importToken(testApp, {
      ...{ credential: 'PASTED', apiNames: [apiName] },
      accessToken: broker.issueToken(broker.apps[1]?.clientId ?? ''),
    });
  const announced: string[] = [];
  const news = async (...expected: readonly string[]) => {
    announced.push(...expected);
    await until(`the events ${expected}`, () => storedEvents(testApp).length >= announced.length);
    expect(storedEvents(testApp)).toEqual(announced);
  };
  for (const _ of [1, 2, 3]) await paste('OPTIONCHAIN1');
  await news('OPTIONCHAIN1 1', 'OPTIONCHAIN1 2', 'OPTIONCHAIN1 3');
  expect((await ask('mutation { removeRole(apiName: OPTIONCHAIN1) }')).data.removeRole).toBe(true);
  expect((await ask('mutation { removeRole(apiName: OPTIONCHAIN1) }')).data.removeRole).toBe(false);
  const accessToken = broker.issueYearlyToken('ANALYTICS');
  await importToken(testApp, { credential: 'ANALYTICS', apiNames: ['OPTIONCHAIN1'], accessToken });
  await news('OPTIONCHAIN1 4');
  expect(await version('OPTIONCHAIN1')).toEqual({ version: 4 });
  // The token of the role that is shared comes from elsewhere: whoever shares it has another one, too.
  await paste('WEBSOCKET1');
  await assign(testApp, 'WEBSOCKET2', 'SHARED', 'WEBSOCKET1');
  await news('WEBSOCKET1 1', 'WEBSOCKET2 1');
  await paste('WEBSOCKET1');
  await news('WEBSOCKET1 2', 'WEBSOCKET2 2');
  await assign(testApp, 'WEBSOCKET1', 'ANALYTICS');
  await news('WEBSOCKET1 3', 'WEBSOCKET2 3');
  expect(await version('WEBSOCKET2')).toEqual({ version: 3 });
  // Nothing has changed, so there is nothing to announce.
  await assign(testApp, 'WEBSOCKET1', 'ANALYTICS');
  await assign(testApp, 'WEBSOCKET2', 'ANALYTICS');
  await paste('PRIMARY');
  await news('PRIMARY 1');
});

test('of two assignments at once that exclude each other one is refused', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  for (const _ of [1, 2, 3, 4, 5]) {
    const outcomes = await Promise.all([
      assign(testApp, 'WEBSOCKET1', 'SHARED', 'WEBSOCKET2'),
      assign(testApp, 'WEBSOCKET2', 'SHARED', 'WEBSOCKET1'),
    ]);
    expect(outcomes.toSorted()).toEqual(['CREDENTIAL_NOT_ALLOWED', null]);
    for (const apiName of ['WEBSOCKET1', 'WEBSOCKET2'] as const) await assign(testApp, apiName, 'LOGIN');
  }
});
