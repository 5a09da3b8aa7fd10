import { describe, expect, test } from 'vitest';
import { type Acquisition, canStillCome, earliestEnd, isLapsed } from '../../src/domain/run/acquisition.ts';
import { type ApprovalNotice, faultOf } from '../../src/domain/run/approval-notice.ts';
import type { FailureCode } from '../../src/domain/run/failure.ts';
import { type GenerationRun, pendingStep, type RunStep } from '../../src/domain/run/generation-run.ts';
import { timesCutOff, triesInVain } from '../../src/domain/run/tries.ts';
import { Secret } from '../../src/domain/secret.ts';
import { nextExpiry } from '../../src/domain/token/expiry.ts';

const NOW = new Date('2026-11-23T02:30:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

const acquisition = (parts: Partial<Acquisition> = {}): Acquisition => ({
  ...{ id: 1, accountId: 'UPSTOX_01', runId: 'a-run', apiName: 'PRIMARY', clientId: 'client-0' },
  ...{ kind: 'APPROVAL', stateHash: null, requestedAt: later(-30), expiresAt: later(600) },
  ...{ failedProbes: 0, settledAt: null },
  ...parts,
});

describe('what comes from outside', () => {
  test('can come until its time is up', () => {
    const { expiresAt } = acquisition();
    const at = (milliseconds: number) => new Date((expiresAt?.getTime() ?? 0) + milliseconds);
    expect([at(-1), at(0)].map((now) => isLapsed(acquisition(), now))).toEqual([false, true]);
    expect(isLapsed(acquisition({ expiresAt: null }), later(1e6))).toBe(false);
  });

  test('can still come after a restart where it was asked for for certain, or not at all', () => {
    const unsure = { requestedAt: NOW, expiresAt: null };
    const unasked = { requestedAt: null, expiresAt: null };
    expect(
      [{}, unsure, unasked, { settledAt: NOW }].map((parts) => canStillCome(acquisition(parts))),
    ).toEqual([...[true, false, true, false]]);
  });

  test('ends with the earliest of several', () => {
    const ends = [later(20), null, later(10), later(30)].map((expiresAt) => acquisition({ expiresAt }));
    expect(earliestEnd(ends)).toEqual(later(10));
    expect(earliestEnd([acquisition({ expiresAt: null })])).toBeNull();
    expect(earliestEnd([])).toBeNull();
  });
});

describe('a notice of an approval', () => {
  const jwt = (sub: string): Secret =>
    new Secret(`e30.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.sig`);
  const notice = (parts: Partial<ApprovalNotice> = {}): ApprovalNotice => ({
    ...{ clientId: 'client-0', userId: 'AB1234', accessToken: jwt('AB1234'), tokenType: 'Bearer' },
    ...{ messageType: 'access_token', issuedAt: NOW, expiresAt: nextExpiry(NOW) },
    ...parts,
  });
  const end = nextExpiry(NOW).getTime();

  test.for<[string, Partial<ApprovalNotice>, Partial<Acquisition>]>([
    ['nothing', {}, {}],
    ['nothing', { tokenType: 'BEARER' }, {}],
    ['nothing', { accessToken: new Secret('opaque') }, {}],
    ['LAPSED', {}, { expiresAt: NOW }],
    ['nothing', {}, { failedProbes: 4 }],
    ['TOO_MANY_PROBES', {}, { failedProbes: 5 }],
    ['OTHER_MESSAGE', { messageType: 'order' }, {}],
    ['OTHER_TOKEN_TYPE', { tokenType: 'mac' }, {}],
    ['nothing', { issuedAt: later(60) }, {}],
    ['ISSUED_IN_THE_FUTURE', { issuedAt: later(60.001) }, {}],
    ['nothing', { issuedAt: later(-90) }, {}],
    ['ISSUED_BEFORE_THE_REQUEST', { issuedAt: later(-90.001) }, {}],
    ['nothing', { issuedAt: later(-60) }, { requestedAt: null }],
    ['ISSUED_BEFORE_THE_REQUEST', { issuedAt: later(-60.001) }, { requestedAt: null }],
    ['EXPIRED', { expiresAt: NOW }, {}],
    ['nothing', { expiresAt: later(0.001) }, {}],
    ['nothing', { expiresAt: new Date(end + 60_000) }, {}],
    ['LIVES_TOO_LONG', { expiresAt: new Date(end + 60_001) }, {}],
    ['OTHER_USER', { userId: 'CD5678' }, {}],
    ['OTHER_USER', { userId: 'CD5678', accessToken: jwt('CD5678') }, {}],
    ['OTHER_USER', { accessToken: jwt('CD5678') }, {}],
  ])('%s speaks against %j of %j', ([fault, parts, of]) => {
    const account = { brokerUserId: 'AB1234' };
    expect(faultOf(notice(parts), acquisition(of), account, NOW) ?? 'nothing').toBe(fault);
  });

  test('is taken of any user where the account’s is not known yet, if its token is that user’s', () => {
    const account = { brokerUserId: null };
    const other = { userId: 'CD5678', accessToken: jwt('CD5678') };
    expect(faultOf(notice(other), acquisition(), account, NOW)).toBeNull();
    expect(faultOf(notice({ userId: 'CD5678' }), acquisition(), account, NOW)).toBe('OTHER_USER');
  });
});

describe('the tries of a run', () => {
  const step = (status: RunStep['status'], ...codes: readonly (FailureCode | null)[]): RunStep => ({
    ...pendingStep('PRIMARY'),
    status,
    phases: codes.map((failure) => ({
      ...{ step: 'PIN', startedAt: NOW, endedAt: NOW, awaitsOperator: false, failure },
    })),
  });
  const run = (...steps: readonly RunStep[]): GenerationRun => ({
    ...{ id: 'a-run', accountId: 'UPSTOX_01', mode: 'ALL', status: 'RUNNING', startedAt: NOW },
    ...{ endedAt: null, waitingUntil: null, steps },
  });

  test('are counted of the API that was tried most, those that a process did not survive apart', () => {
    const tried = run(
      step('FAILED', null, 'THROTTLED', 'INTERRUPTED', 'SPENT_UNKNOWN', 'THROTTLED', 'CAPTCHA'),
      step('RUNNING', 'INTERRUPTED', null),
    );
    expect([triesInVain(tried), timesCutOff(tried)]).toEqual([3, 2]);
  });

  test('are none of an API that has its token, or was never tried', () => {
    expect(triesInVain(run(step('DONE', 'THROTTLED', 'THROTTLED'), step('PENDING')))).toBe(0);
    expect(timesCutOff(run(step('DONE', 'INTERRUPTED'), pendingStep('WEBSOCKET1')))).toBe(0);
    expect(triesInVain(run())).toBe(0);
  });
});
