import type { ServerResponse } from 'node:http';

/** What is answered, as it goes over the wire: all of it at once, or an event stream. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null | AsyncGenerator<string, void, undefined>;
}

export const json = (value: unknown, status = 200, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

export const html = (body: string, status = 200, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body,
});

export const nothing = (status: number, headers: Answer['headers']): Answer => ({
  status,
  headers,
  body: null,
});

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** A page of one sentence or two, in the operator page's clothes. */
export const page = (status: number, text: string, headers: Answer['headers'] = {}): Answer => {
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>vega-auth</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/plain.css">
<main><h1>vega-auth</h1><p>${escapeHtml(text)}</p><p><a href="/">To the operator page</a></p></main></html>`;
  return html(body, status, headers);
};

export const eventStream = (body: AsyncGenerator<string, void, undefined>): Answer => ({
  status: 200,
  headers: {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // A proxy that collects output would hold events back.
    'x-accel-buffering': 'no',
  },
  body,
});

/** Whatever is answered may use what lies on this server, and nothing inline. */
export const STRICT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

export const COMMON_HEADERS = {
  'content-security-policy': STRICT_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
} as const;

/** Throws where a stream breaks off. Nothing of one is read ahead of a client that does not read. */
export const send = async (response: ServerResponse, { status, headers, body }: Answer): Promise<void> => {
  const all = { ...COMMON_HEADERS, ...headers };
  if (typeof body === 'string') {
    response.writeHead(status, { ...all, 'content-length': Buffer.byteLength(body) }).end(body);
    return;
  }
  response.writeHead(status, all);
  if (body !== null) await pour(body, response);
  response.end();
};

const pour = async (
  body: AsyncGenerator<string, void, undefined>,
  response: ServerResponse,
): Promise<void> => {
  const leave = (): void => void body.return();
  response.once('close', leave);
  if (response.destroyed || response.req.method === 'HEAD') leave();
  for await (const text of body) {
    if (response.destroyed) break;
    await new Promise<void>((resolve) => response.write(text, () => resolve()));
  }
};
