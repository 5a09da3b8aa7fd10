import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { plantToken } from '../support/plant.ts';
import { openTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts';

/** A Monday on which the exchanges trade, before the bell. */
export const MORNING = '2026-11-23T08:00:00';
export const SUNDAY = '2026-11-22T11:00:00';

/** What the simulator's log may hold of probes: calls that read. */
const READING = ['PROFILE', 'FUNDS', 'OPTION_CHAIN', 'FEED_AUTHORIZE', 'FEED', 'FEED_CLOSED', 'CALENDAR'];

/** A clock that can be set, and runs on. */
export class DeskClock {
  #base: number;
  #begun = Date.now();

  constructor(moment: string) {
    this.#base = Date.parse(`${moment}+05:30`);
  }

  readonly now = (): Date => new Date(this.#base + Date.now() - this.#begun);

  set(moment: string): void {
    this.#base = Date.parse(`${moment}+05:30`);
    this.#begun = Date.now();
  }
}

/** A desk that has opted in, with a token for each of its roles. */
export const openDesk = async (
  clock: DeskClock,
  { tokens = API_NAMES, ...options }: TestAppOptions & { tokens?: readonly ApiName[] } = {},
): Promise<TestApp> => {
  const simulator = { now: () => clock.now().getTime(), ...options.simulator };
  const env = { VEGA_PROBES: 'true', VEGA_PROFILE_TIMEOUT_MS: '500', ...options.env };
  const app = await openTestApp({ ...options, clock: clock.now, simulator, env });
  for (const apiName of tokens) plantToken(app, apiName);
  return app;
};

/** `WEBSOCKET1 NOT_CAPABLE FEED_REFUSED 403 -` of each role that was probed. */
export const probe = async (app: TestApp, ...apiNames: ApiName[]): Promise<readonly string[]> => {
  const answers = await app.client.probeCapabilities(apiNames.length === 0 ? {} : { apiNames });
  return answers
    .filter(({ apiName }) => apiNames.length === 0 || apiNames.includes(apiName))
    .map(({ apiName, result, reason, httpStatus, brokerCode }) =>
      [apiName, result, reason, httpStatus, brokerCode].filter((one) => one !== null).join(' '),
    );
};

export const kindsIn = ({ broker }: TestApp): readonly string[] => broker.log.map(({ kind }) => kind);

/** Everything that the broker saw and that does more than read; an order would be among it. */
export const actsIn = (app: TestApp): readonly string[] =>
  kindsIn(app).filter((kind) => !READING.includes(kind));

export const verdictsOf = async (app: TestApp): Promise<readonly string[]> => {
  const { tokens } = await app.client.tokenStatus();
  return [...new Set(tokens.map(({ verdict }) => verdict))];
};
