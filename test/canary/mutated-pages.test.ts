import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import type { LoginListener } from '../../src/broker/login/login-request.ts';
import { readConfig } from '../../src/config.ts';
import { judge, type SeenDialog } from '../../src/domain/canary/canary-report.ts';
import { repetitions } from '../support/repetitions.ts';
import { environmentOf, openBroker } from '../support/test-app.ts';
import { openMutatedFront } from './mutated-front.ts';
import { Choices, type Mutation, mutate } from './mutations.ts';

const PAGES = repetitions(25, 200);
const AT_ONCE = 6;
const SEED = 20_261_129;

class ReachedOtp extends Error {}

const broker = await openBroker();
const { credentials, redirectUri, apis } = readConfig(environmentOf(broker, 1));
const clientId = apis[0]?.clientId ?? '';

type Front = Awaited<ReturnType<typeof openMutatedFront>>;

const dialogOf = ({ url }: Front, state: string): string => {
  const dialog = new URL('/v2/login/authorization/dialog', url);
  const parameters = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, state };
  dialog.search = new URLSearchParams(parameters).toString();
  return dialog.href;
};

const look = async (browser: BrokerBrowser, front: Front): Promise<SeenDialog> => {
  await using session = await browser.openSession();
  return await session.look({
    dialogUrl: dialogOf(front, 'canary'),
    redirectUri,
    ...{ stepTimeoutMs: 10_000, standsMs: 120, quietMs: 250 },
    signal: new AbortController().signal,
  });
};

/** Whether the login, as it really types and presses, gets from the dialog to the step after it. */
const canLogIn = async (browser: BrokerBrowser, front: Front): Promise<boolean> => {
  await using session = await browser.openSession();
  const nothing = async () => undefined;
  const listener: LoginListener = {
    onStep: nothing,
    awaitOtpRequest: nothing,
    beforeOtpRequest: nothing,
    awaitTimeStep: () => Promise.reject(new ReachedOtp()),
    takeOtp: async () => null,
    beforePin: nothing,
    onSubmitted: () => undefined,
    onOtpInterval: nothing,
    onDismissal: nothing,
    onCaptcha: nothing,
  };
  const state = randomBytes(8).toString('hex');
  const request = {
    ...{ dialogUrl: dialogOf(front, state), redirectUri, state, credentials },
    ...{ stepTimeoutMs: 8000, captchaWaitMs: 0, now: () => new Date(), signal: new AbortController().signal },
  };
  return await session.logIn(request, listener).then(
    () => false,
    (error: unknown) => error instanceof ReachedOtp,
  );
};

test(`${PAGES} changed pages: where the login finds no way it reads DRIFT, and nothing is touched in any`, async () => {
  await using _broker = broker;
  await using browser = await BrokerBrowser.launch({ headless: true, chromiumPath: null });
  await using original = await openMutatedFront(broker.url, []);
  const good = await look(browser, original);
  if (good.kind !== 'PAGE') expect.fail(good.message);
  expect(good.failure).toBeNull();
  const kept = { landmarks: good.landmarks, at: new Date() };
  expect(judge(await look(browser, original), kept).verdict).toBe('SAME');

  const choices = new Choices(SEED);
  const pages = Array.from({ length: PAGES }, () => mutate(choices));
  const verdicts = new Map<string, number>();
  const wrong: string[] = [];
  /** Pages in which a login was tried; the same page is tried once. */
  const found = new Set<string>();
  const examine = async (mutations: readonly Mutation[]) => {
    await using front = await openMutatedFront(broker.url, mutations);
    const { verdict } = judge(await look(browser, front), kept);
    const what = mutations.map(({ name }) => name).join(' + ');
    if (front.touched.length > 0 || front.posted.length > 0 || front.loads.length > 1)
      wrong.push(`touched: ${what}: ${[...front.touched, ...front.posted, front.loads.length].join(' ')}`);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (verdict === 'DRIFT' || found.has(what)) return;
    found.add(what);
    if (!(await canLogIn(browser, front))) wrong.push(`${verdict}: ${what}`);
  };
  const left = [...pages];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await examine(next);
    }),
  );
  expect(wrong).toEqual([]);
  // Neither says DRIFT of everything.
  expect(verdicts.get('NOT_KNOWN')).toBeUndefined();
  expect(verdicts.get('DRIFT')).toBeGreaterThan(PAGES / 2);
  expect((verdicts.get('CHANGED') ?? 0) + (verdicts.get('SAME') ?? 0)).toBeGreaterThan(PAGES * 0.075);
}, 300_000);
