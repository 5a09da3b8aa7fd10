import type { TestApp } from '../support/test-app.ts';

/** One event as it came over the wire. */
export interface WireEvent {
  readonly name: string;
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: data is asserted on, not computed with
  readonly data: any;
}

export interface EventReader {
  readonly seen: WireEvent[];
  /** Everything that came, as text. */
  text(): string;
  readonly response: Response;
  /** Ends the connection, as a client that goes away. */
  leave(): void;
  /** Settles when the connection has ended. */
  readonly end: Promise<void>;
}

/** Reads `GET /auth/events` in the background. */
export const readEvents = async (
  testApp: TestApp,
  query = '',
  headers: Record<string, string> = {},
): Promise<EventReader> => {
  const leaving = new AbortController();
  const response = await fetch(`${testApp.url}/auth/events${query}`, {
    headers: { authorization: `Bearer ${testApp.app.operatorKey}`, ...headers },
    signal: leaving.signal,
  });
  const seen: WireEvent[] = [];
  let text = '';
  let read = 0;
  const end = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const complete = text.lastIndexOf('\n\n') + 2;
      if (complete <= read) continue;
      seen.push(...eventsIn(text.slice(read, complete)));
      read = complete;
    }
  })().catch(() => undefined);
  return { seen, text: () => text, response, leave: () => leaving.abort(), end };
};

const eventsIn = (text: string): WireEvent[] =>
  text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const [name, data] = [field('event'), field('data')];
    if (name === undefined || data === undefined) return [];
    return [{ name, id: Number(field('id')), data: JSON.parse(data) }];
  });
