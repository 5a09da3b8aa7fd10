import { type SimulatedApp, type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { openTestApp, type TestApp } from './test-app.ts';

export const WEBHOOK = '/api/v1/auth/upstox/webhook';
export const CALLBACK = '/api/v1/auth/upstox/callback';

/** 08:00 in India. */
const MORNING = Date.parse('2026-11-22T08:00:00+05:30');

export interface ApprovalApp extends AsyncDisposable {
  readonly testApp: TestApp;
  readonly broker: Simulator;
  /** Turned by hand, for the broker and the desk alike. */
  readonly clock: { now: number };
  /** What the broker would post about a token that it issues now, unless it is told otherwise. */
  notice(index?: number, changes?: Record<string, unknown>): Record<string, unknown>;
  /** Posts to the webhook as a relay would. Answers status and body. */
  post(body: unknown, headers?: Record<string, string>): Promise<[number, unknown]>;
  /** Stops the program and starts it again in the same folder. */
  restart(): Promise<TestApp>;
}

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

/** A desk whose apps have a notifier that leads to it. */
export const openApprovalApp = async (
  options: { apis?: number; knownUser?: string | null } = {},
): Promise<ApprovalApp> => {
  const { apis = 1, knownUser = null } = options;
  const clock = { now: MORNING };
  const apps: Mutable<SimulatedApp>[] = [0, 1].map((index) => ({
    clientId: `0de30000-0000-4000-8000-00000000000${index}`,
    clientSecret: `demo-secret-${index}`,
    redirectUri: `https://desk.example${CALLBACK}`,
    notifierUrl: 'http://127.0.0.1:9/',
  }));
  const broker = await startSimulator({ apps, now: () => clock.now });
  const testApps: TestApp[] = [];
  const open = async () => {
    const directory = testApps[0] === undefined ? {} : { directory: testApps[0].directory };
    const testApp = await openTestApp({ broker, apis, clock: () => new Date(clock.now), ...directory });
    for (const app of apps) app.notifierUrl = `${testApp.url}${WEBHOOK}`;
    testApps.push(testApp);
    return testApp;
  };
  const first = await open();
  if (knownUser !== null) first.change('update vega_accounts set broker_user_id = ?', knownUser);
  const current = (): TestApp => testApps.at(-1) ?? first;

  return {
    get testApp() {
      return current();
    },
    broker,
    clock,
    notice: (index = 0, changes = {}) => {
      const clientId = apps[index]?.clientId ?? '';
      return {
        client_id: clientId,
        user_id: broker.account.userId,
        access_token: broker.issueToken(clientId),
        token_type: 'Bearer',
        expires_at: String(Date.parse('2026-11-23T03:30:00+05:30')),
        issued_at: String(clock.now),
        message_type: 'access_token',
        ...changes,
      };
    },
    post: async (body, headers = {}) => {
      const response = await fetch(`${current().url}${WEBHOOK}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return [response.status, await response.json()];
    },
    restart: async () => {
      await current().app[Symbol.asyncDispose]();
      return open();
    },
    [Symbol.asyncDispose]: async () => {
      // The first one last: the folder goes with it.
      for (const testApp of testApps.toReversed()) await testApp[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
    },
  };
};

const RUN = `status waitingUntil endedAt steps { apiName status step failure { code message nextAction submitted } }`;

/** The account's last run, with what blocks the account. */
export const runOf = async (testApp: TestApp) => {
  const { data } = await testApp.ask(`{ authState { state blockedBy run { id ${RUN} } } }`);
  return { ...data.authState.run, state: data.authState.state, blockedBy: data.authState.blockedBy };
};

export const storedTokens = (testApp: TestApp): string[] =>
  testApp.rows('select api_name from upstox_tokens order by api_index').map(({ api_name }) => api_name);
