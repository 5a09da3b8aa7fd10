import { describe, expect, test } from 'vitest';
import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { refuseAssignment } from '../../src/domain/role/assignment-rules.ts';
import { lossOf } from '../../src/domain/role/loss.ts';
import {
  credentialAt,
  hasOwnRow,
  isByHand,
  isByLogin,
  loginApps,
  ROLE_CREDENTIALS,
  type Role,
  type RoleAssignment,
  type RoleCredential,
  rolesOf,
  servedBy,
  sourceKey,
} from '../../src/domain/role/role.ts';
import { plansFor } from '../../src/domain/role/role-plan.ts';
import { nextVersionBase } from '../../src/domain/role/role-versions.ts';
import { warningOf } from '../../src/domain/role/yearly-warning.ts';
import type { FailureCode } from '../../src/domain/run/failure.ts';
import { pendingStep, type RunStep } from '../../src/domain/run/generation-run.ts';

const NOW = new Date('2026-11-23T02:30:00Z');

const app = (apiName: ApiName, parts: { apiIndex?: number; enabled?: boolean } = {}) => ({
  ...{ apiName, clientId: `client of ${apiName}`, apiIndex: API_NAMES.indexOf(apiName), enabled: true },
  ...parts,
});
const assigned = (
  apiName: ApiName,
  credential: RoleCredential,
  parts: Partial<RoleAssignment> = {},
): RoleAssignment => ({ apiName, credential, sharedWith: null, endsAt: null, versionBase: 0, ...parts });

const APPS = [app('PRIMARY'), app('WEBSOCKET1')];
const roles = (assignments: readonly RoleAssignment[] = [], apps = APPS) => rolesOf(apps, assignments, NOW);
const role = (name: ApiName, all: readonly Role[]): Role => {
  const found = all.find(({ apiName }) => apiName === name);
  if (found === undefined) throw new Error(`no role ${name}`);
  return found;
};

describe('the roles of an account', () => {
  test('are those of its enabled apps, PRIMARY first and then by index', () => {
    const apps = [
      ...[app('WEBSOCKET2', { apiIndex: 1 }), app('WEBSOCKET1', { apiIndex: 2 })],
      ...[app('PRIMARY', { apiIndex: 5 }), app('OPTIONCHAIN1', { enabled: false })],
    ];
    expect(roles([], apps).map(({ apiName }) => apiName)).toEqual(['PRIMARY', 'WEBSOCKET2', 'WEBSOCKET1']);
    expect(roles()[0]).toEqual({
      ...{ apiName: 'PRIMARY', isPrimary: true, credential: 'LOGIN', sharedWith: null, versionBase: 0 },
      ...{ source: { kind: 'TABLE', apiName: 'PRIMARY', clientId: 'client of PRIMARY' }, isReadOnly: false },
    });
    expect(roles()[1]?.isPrimary).toBe(false);
  });

  test('that have another credential need no app, and have the source of their token', () => {
    const all = roles([
      assigned('PRIMARY', 'PASTED'),
      assigned('WEBSOCKET1', 'SHARED', { sharedWith: 'PRIMARY', versionBase: 3 }),
      assigned('WEBSOCKET2', 'ANALYTICS', { versionBase: 2 }),
      assigned('OPTIONCHAIN1', 'EXTENDED'),
      assigned('OPTIONCHAIN2', 'SHARED', { sharedWith: 'WEBSOCKET2', versionBase: 1 }),
      assigned('WEBSOCKET3', 'LOGIN'),
    ]);
    const pasted = { kind: 'TABLE', apiName: 'PRIMARY', clientId: null };
    expect(
      all.map(({ apiName, source, versionBase, isReadOnly }) => [apiName, source, versionBase, isReadOnly]),
    ).toEqual([
      ['PRIMARY', pasted, 0, false],
      ['WEBSOCKET1', pasted, 3, false],
      ['WEBSOCKET2', { kind: 'HELD', held: 'ANALYTICS' }, 2, true],
      ['OPTIONCHAIN1', { kind: 'HELD', held: 'EXTENDED' }, 0, true],
      ['OPTIONCHAIN2', { kind: 'HELD', held: 'ANALYTICS' }, 3, true],
    ]);
    expect(all.map(({ isPrimary }) => isPrimary)).toEqual([true, false, false, false, false]);
    expect(all.map(sourceKey)).toEqual(['PRIMARY', 'PRIMARY', 'ANALYTICS', 'EXTENDED', 'ANALYTICS']);
    expect(servedBy('ANALYTICS', all)).toEqual(['WEBSOCKET2']);
    expect(all.filter(hasOwnRow).map(({ apiName }) => apiName)).toEqual(['PRIMARY']);
    expect(all.map((one) => isByHand(one, all))).toEqual([true, true, true, true, true]);
  });

  test('that share have no source where there is none to share', () => {
    const chained = roles([
      assigned('WEBSOCKET1', 'SHARED', { sharedWith: 'WEBSOCKET2' }),
      assigned('WEBSOCKET2', 'SHARED', { sharedWith: 'PRIMARY' }),
      assigned('WEBSOCKET3', 'SHARED', { sharedWith: 'OPTIONCHAIN1' }),
    ]);
    for (const name of ['WEBSOCKET1', 'WEBSOCKET3'] as const) {
      expect(role(name, chained).source).toBeNull();
      expect(sourceKey(role(name, chained))).toBe(`none ${name}`);
      expect(hasOwnRow(role(name, chained))).toBe(false);
      expect(isByHand(role(name, chained), chained)).toBe(true);
    }
    expect(isByHand(role('WEBSOCKET2', chained), chained)).toBe(false);
    expect(hasOwnRow(role('WEBSOCKET2', chained))).toBe(false);
    const pasted = roles([
      assigned('PRIMARY', 'PASTED'),
      assigned('WEBSOCKET2', 'SHARED', { sharedWith: 'WEBSOCKET1' }),
    ]);
    expect(isByHand(role('WEBSOCKET2', pasted), pasted)).toBe(false);
  });

  test('are their app’s again from the end of an assignment on', () => {
    const until = (endsAt: Date) => credentialAt('PRIMARY', [assigned('PRIMARY', 'PASTED', { endsAt })], NOW);
    expect([until(new Date(NOW.getTime() + 1)), until(NOW)]).toEqual(['PASTED', 'LOGIN']);
    expect(credentialAt('WEBSOCKET1', [assigned('PRIMARY', 'PASTED')], NOW)).toBe('LOGIN');
    const ended = roles([assigned('PRIMARY', 'PASTED', { endsAt: NOW, versionBase: 4 })]);
    expect(role('PRIMARY', ended)).toMatchObject({ credential: 'LOGIN', versionBase: 4 });
  });

  test('by login are those whose app is enabled and that have no other credential', () => {
    const apps = [...APPS, app('WEBSOCKET2'), app('WEBSOCKET3', { enabled: false })];
    const all = roles([assigned('WEBSOCKET1', 'ANALYTICS'), assigned('WEBSOCKET3', 'PASTED')], apps);
    expect(loginApps(apps, all).map(({ apiName }) => apiName)).toEqual(['PRIMARY', 'WEBSOCKET2']);
    expect(all.filter(isByLogin).map(({ apiName }) => apiName)).toEqual(['PRIMARY', 'WEBSOCKET2']);
  });
});

describe('an assignment', () => {
  const all = roles([
    assigned('WEBSOCKET2', 'SHARED', { sharedWith: 'WEBSOCKET1' }),
    assigned('WEBSOCKET3', 'PASTED'),
  ]);
  const codeOf = (apiName: ApiName, credential: RoleCredential, sharedWith: ApiName | null = null) => {
    try {
      refuseAssignment({ apiName, credential, sharedWith }, all, [
        ...APPS,
        app('OPTIONCHAIN1', { enabled: false }),
      ]);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  };

  test('leaves PRIMARY a token that places orders', () => {
    const refused = ROLE_CREDENTIALS.filter((credential) => {
      const sharedWith = credential === 'SHARED' ? 'WEBSOCKET1' : null;
      return codeOf('PRIMARY', credential, sharedWith) === 'CREDENTIAL_NOT_ALLOWED';
    });
    expect(refused).toEqual(['SHARED', 'ANALYTICS', 'EXTENDED']);
    expect([codeOf('PRIMARY', 'LOGIN'), codeOf('PRIMARY', 'PASTED')]).toEqual([null, null]);
  });

  test.for<[ApiName, RoleCredential, ApiName | null, string | null]>([
    ['WEBSOCKET1', 'ANALYTICS', null, null],
    ['WEBSOCKET1', 'LOGIN', null, null],
    ['OPTIONCHAIN1', 'LOGIN', null, 'API_NOT_CONFIGURED'],
    ['OPTIONCHAIN2', 'LOGIN', null, 'API_NOT_CONFIGURED'],
    ['OPTIONCHAIN2', 'EXTENDED', null, null],
    ['OPTIONCHAIN1', 'SHARED', 'PRIMARY', null],
    ['OPTIONCHAIN1', 'SHARED', null, 'BAD_USER_INPUT'],
    ['OPTIONCHAIN1', 'ANALYTICS', 'PRIMARY', 'BAD_USER_INPUT'],
    ['OPTIONCHAIN1', 'SHARED', 'OPTIONCHAIN1', 'CREDENTIAL_NOT_ALLOWED'],
    ['WEBSOCKET3', 'SHARED', 'WEBSOCKET3', 'CREDENTIAL_NOT_ALLOWED'],
    ['OPTIONCHAIN1', 'SHARED', 'OPTIONCHAIN2', 'CREDENTIAL_NOT_ALLOWED'],
    ['OPTIONCHAIN1', 'SHARED', 'WEBSOCKET2', 'CREDENTIAL_NOT_ALLOWED'],
    ['WEBSOCKET1', 'SHARED', 'PRIMARY', 'CREDENTIAL_NOT_ALLOWED'],
  ])('of %s to %s (%s): %s', ([apiName, credential, sharedWith, code]) => {
    expect(codeOf(apiName, credential, sharedWith)).toBe(code);
  });
});

describe('the version of a role', () => {
  const versions = new Map([...[['PRIMARY', 5] as const, ['WEBSOCKET1', 2] as const], ['ANALYTICS', 9]]);
  const base = (next: RoleAssignment, before: readonly RoleAssignment[] = []) =>
    nextVersionBase(next, before, versions);
  const shared = assigned('WEBSOCKET1', 'SHARED', { sharedWith: 'PRIMARY' });

  test('rises with every change of its source', () => {
    // The next version is what is added and what the new source has.
    expect(base(shared) + 5).toBe(2 + 1);
    expect(base(assigned('WEBSOCKET1', 'ANALYTICS')) + 9).toBe(2 + 1);
    const held = assigned('WEBSOCKET1', 'ANALYTICS', { versionBase: 7 });
    expect(base(assigned('WEBSOCKET1', 'LOGIN'), [held]) + 2).toBe(7 + 9 + 1);
    expect(base(assigned('WEBSOCKET1', 'EXTENDED'), [held])).toBe(7 + 9 + 1);
  });

  test('stays with a source that stays, also where its owner’s is added to it', () => {
    expect(base(assigned('WEBSOCKET1', 'PASTED'))).toBe(0);
    const owner = assigned('PRIMARY', 'PASTED', { versionBase: 4 });
    const sharing = { ...shared, versionBase: 3 };
    expect(base(shared, [owner, sharing])).toBe(3);
    expect(base(shared, [sharing, owner])).toBe(3);
    expect(base(shared, [owner]) + 4 + 5).toBe(2 + 1);
    expect(base(assigned('WEBSOCKET1', 'LOGIN'), [owner, sharing]) + 2).toBe(3 + 4 + 5 + 1);
    expect(base(assigned('WEBSOCKET1', 'LOGIN'), [sharing, owner]) + 2).toBe(3 + 4 + 5 + 1);
    const heldOwner = assigned('PRIMARY', 'ANALYTICS', { versionBase: 1 });
    expect(base(assigned('WEBSOCKET1', 'ANALYTICS'), [heldOwner, sharing])).toBe(3 + 1);
  });
});

describe('a role whose app the broker rejects', () => {
  const step = (status: RunStep['status'], code: FailureCode | null = null): RunStep => ({
    ...pendingStep('WEBSOCKET1'),
    status,
    failure: code === null ? null : { code, message: '', nextAction: '', submitted: [] },
  });
  const rejected = { steps: [step('FAILED', 'APP_REJECTED')] };
  const plans = (
    name: ApiName,
    runs: readonly { steps: readonly RunStep[] }[],
    held: readonly never[] = [],
  ) =>
    plansFor(role(name, roles()), runs, held).map(({ credential, sharedWith }) => [credential, sharedWith]);

  test('can share the token of PRIMARY, or have an analytics token', () => {
    const offered = [
      ['SHARED', 'PRIMARY'],
      ['ANALYTICS', null],
    ];
    expect(plans('WEBSOCKET1', [rejected])).toEqual(offered);
    expect(
      plans('WEBSOCKET1', [{ steps: [step('PENDING')] }, { steps: [step('SKIPPED')] }, rejected]),
    ).toEqual(offered);
    const needs = (kind: 'ANALYTICS' | 'EXTENDED') =>
      plansFor(role('WEBSOCKET1', roles()), [rejected], [{ kind }])[1]?.needs;
    expect(plansFor(role('WEBSOCKET1', roles()), [rejected], [])[1]?.needs).not.toBeNull();
    expect([needs('ANALYTICS'), needs('EXTENDED')]).toEqual([null, expect.stringMatching(/^An analytics/)]);
  });

  test('has a plan by what its last step says, and PRIMARY has none', () => {
    expect(plans('WEBSOCKET1', [])).toEqual([]);
    expect(plans('WEBSOCKET1', [{ steps: [step('DONE')] }, rejected])).toEqual([]);
    expect(plans('WEBSOCKET1', [{ steps: [step('FAILED', 'CODE_SPENT')] }, rejected])).toEqual([]);
    const ofPrimary = { steps: rejected.steps.map((one) => ({ ...one, apiName: 'PRIMARY' as const })) };
    expect(plans('PRIMARY', [ofPrimary])).toEqual([]);
    expect(plans('WEBSOCKET1', [ofPrimary])).toEqual([]);
    const held = roles([assigned('WEBSOCKET1', 'EXTENDED')]);
    expect(plansFor(role('WEBSOCKET1', held), [rejected], [])).toEqual([]);
  });
});

test('every credential but a login loses something', () => {
  const losses = ROLE_CREDENTIALS.map((credential) => {
    const loss = lossOf({ ...role('PRIMARY', roles()), credential, sharedWith: 'PRIMARY' });
    return `${credential}: ${loss ?? 'nothing'}`;
  });
  expect(losses).toMatchInlineSnapshot(`
    [
      "LOGIN: nothing",
      "SHARED: It has no token of its own: it shares limits and connections with PRIMARY, and whatever ends that token ends this one.",
      "ANALYTICS: Read-only: market data, and no orders; profile, funds and positions only from a static address.",
      "EXTENDED: Read-only: the broker refuses orders, and may refuse market data, with an extended token.",
      "PASTED: Made by hand: nothing makes it anew after 03:30 IST.",
    ]
  `);
});

test.each([
  [30.001, null],
  [30, 30],
  [7.001, 30],
  [7, 7],
  [1.001, 7],
  [1, 1],
  [0.001, 1],
  [0, null],
  [-1, null],
])('%d days before its end a yearly token is warned of as of %s', (days, warning) => {
  expect(warningOf(new Date(NOW.getTime() + days * 86_400_000), NOW)).toBe(warning);
});
