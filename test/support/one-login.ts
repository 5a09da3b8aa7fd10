import type { App } from '../../src/app.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Visitor } from '../simulator/visitor.ts';

/** What a login needs to know of the broker; plain data, so that another process can be told. */
export type BrokerFacts = Pick<Simulator, 'url' | 'account' | 'apps'>;

const ask = async (app: App, query: string) => {
  const response = await app.fetch(
    new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${app.operatorKey}` },
      body: JSON.stringify({ query }),
    }),
  );
  return response.json();
};

/** A whole login without a browser: a person does it, and the redirect comes to the callback. Answers its status. */
export const logInOnce = async (app: App, broker: BrokerFacts): Promise<number> => {
  const { data, errors } = await ask(app, 'mutation { beginHumanLogin(apiName: PRIMARY) { url } }');
  if (errors !== undefined) throw new Error(errors[0].message);
  const state = new URL(data.beginHumanLogin.url).searchParams.get('state') ?? '';
  const visitor = new Visitor(broker as Simulator, Date.now);
  const redirect = await visitor.login(0, state);
  const callback = `http://127.0.0.1/api/v1/auth/upstox/callback${redirect.search}`;
  const end = Date.now() + 20_000;
  for (;;) {
    if (Date.now() > end) throw new Error('Nobody waits for the redirect.');
    const { status } = await app.fetch(new Request(callback));
    // The run is stored before its wait has begun.
    if (status !== 503) return status;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
