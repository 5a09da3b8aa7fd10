import type { CreateAccessKeyInput } from '../../src/sdk/index.ts';
import { createVegaClient, type VegaClient } from '../../src/sdk/index.ts';
import type { TestApp } from './test-app.ts';

/** Somebody with a key of their own. */
export interface KeyHolder {
  readonly id: string;
  readonly key: string;
  readonly client: VegaClient;
  /** Sends a document over HTTP; a subscription is answered with its first message and left. */
  ask(query: string): Promise<{ status: number; body: Answer }>;
}

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; extensions: { code: string; nextAction: string } }[];
}

/** Has a key made, and comes with it. */
export const holderOf = async (testApp: TestApp, input: CreateAccessKeyInput): Promise<KeyHolder> => {
  const { key, secret } = await testApp.client.createAccessKey({ input });
  testApp.guard(`key ${key.name}`, secret);
  return holderWith(testApp.url, key.id, secret);
};

export const holderWith = (url: string, id: string, key: string): KeyHolder => ({
  id,
  key,
  client: createVegaClient({ url, key }),
  ask: (query) => ask(url, key, query),
});

const ask = async (url: string, key: string, query: string): ReturnType<KeyHolder['ask']> => {
  const leaving = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      accept: query.startsWith('subscription') ? 'text/event-stream' : 'application/json',
    },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  const { status } = response;
  if (!query.startsWith('subscription')) return { status, body: (await response.json()) as Answer };
  const body = await firstMessage(response);
  leaving.abort();
  return { status, body };
};

/** Many subscriptions have nothing to tell at first: being let in is then all the answer there is. */
const SILENCE_MS = 300;

const firstMessage = async (response: Response): Promise<Answer> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const silence = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), SILENCE_MS);
  });
  for (;;) {
    const part = await Promise.race([reader?.read(), silence]);
    if (part == null || part.done) return {};
    text += part.value;
    const data = /^data: (\{.*\})$/m.exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data) as Answer;
  }
};
