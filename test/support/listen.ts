import type { TestApp } from './test-app.ts';

/** An event as it came, with every field that a test may look at. */
export interface Heard {
  readonly __typename: string;
  readonly id: string;
  readonly recovery?: { dbLocked: boolean; fallback: string; autoRestart: boolean; pendingWrites: number };
  readonly progress?: { generated: number; total: number; current: string | null };
  readonly entry?: { id: string; kind: string; message: string };
}

const DOCUMENT = `subscription {
  events {
    __typename id
    ... on DbRecoveryEvent { recovery { dbLocked fallback autoRestart pendingWrites } }
    ... on TokenProgressEvent { progress { generated total current } }
    ... on AuditEvent { entry { id kind message } }
  }
}`;

/** Hears every event of a desk over HTTP until it is disposed of. */
export const listen = async (testApp: TestApp): Promise<AsyncDisposable & { readonly heard: Heard[] }> => {
  const abort = new AbortController();
  const heard: Heard[] = [];
  const response = await fetch(`${testApp.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${testApp.app.operatorKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query: DOCUMENT }),
    signal: abort.signal,
  });
  const reading = read(response, heard).catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  return {
    heard,
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await reading;
    },
  };
};

const read = async (response: Response, heard: Heard[]): Promise<void> => {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const blocks = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data) heard.push(JSON.parse(data).data.events);
    }
  }
};
