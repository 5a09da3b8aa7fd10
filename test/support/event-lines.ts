import http from 'node:http';
import type { TestApp } from './test-app.ts';

/** A subscription over a socket of its own, read message by message, that can be cut at any moment. */
export interface Wire {
  readonly messages: readonly { readonly event: string; readonly data: unknown }[];
  readonly status: Promise<number>;
  readonly closed: Promise<void>;
  /** Stops reading: what comes piles up at the server. */
  pause(): void;
  resume(): void;
  cut(): void;
}

export interface WireOptions {
  readonly method?: string;
  readonly path?: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
  readonly onMessage?: (data: unknown, event: string) => void;
}

export const openWire = ({ url, app }: Pick<TestApp, 'url' | 'app'>, options: WireOptions): Wire => {
  const { method = 'POST', path = '/graphql', body, onMessage = () => undefined } = options;
  const messages: { event: string; data: unknown }[] = [];
  const request = http.request(`${url}${path}`, {
    method,
    agent: false,
    headers: {
      authorization: `Bearer ${app.operatorKey}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...options.headers,
    },
  });
  const response = new Promise<http.IncomingMessage>((resolve) => request.on('response', resolve));
  const closed = new Promise<void>((resolve) => request.on('close', resolve));
  request.on('error', () => undefined);
  request.end(body === undefined ? undefined : JSON.stringify(body));
  let text = '';
  request.on('response', (incoming) => {
    incoming.setEncoding('utf8');
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: string) => {
      const blocks = `${text}${chunk}`.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks.filter((candidate) => !candidate.startsWith(':'))) {
        const event = /^event: (.*)$/m.exec(block)?.[1] ?? '';
        const json = /^data: ?(.*)$/m.exec(block)?.[1] ?? '';
        const data: unknown = json === '' ? null : JSON.parse(json);
        messages.push({ event, data });
        onMessage(data, event);
      }
    });
  });
  return {
    messages,
    status: response.then(({ statusCode = 0 }) => statusCode),
    closed,
    pause: () => void response.then((incoming) => incoming.pause()),
    resume: () => void response.then((incoming) => incoming.resume()),
    cut: () => request.destroy(),
  };
};
