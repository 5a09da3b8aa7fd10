interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What the body says, as JSON where it is. */
  readonly body: unknown;
}

/** A server, and what may ask it everything. */
export interface Callable {
  readonly url: string;
  readonly app: { readonly operatorKey: string };
}

interface Sent {
  readonly body?: unknown;
  /** In place of the key and the JSON type. */
  readonly headers?: Record<string, string>;
}

/** A request with the operator's key, as one line of a table: `GET /auth/status`. */
export const call = async (testApp: Callable, line: string, sent: Sent = {}): Promise<Answer> => {
  const [method = 'GET', path = '/'] = line.split(' ');
  const json = sent.body === undefined ? {} : { 'content-type': 'application/json' };
  const body = typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body);
  const response = await fetch(`${testApp.url}${path}`, {
    method,
    headers: sent.headers ?? { authorization: `Bearer ${testApp.app.operatorKey}`, ...json },
    body: sent.body === undefined ? null : body,
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  };
};

/** How many listen to events, as the server counts them. */
export const countReaders = async (testApp: Callable): Promise<number> => {
  const { body } = await call(testApp, 'GET /metrics');
  return Number(/^vega_event_readers (\d+)$/m.exec(String(body))?.[1]);
};

/** What differs from run to run, as what it is. */
export const steady = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<instant>"')
      .replace(/"\d{4}-\d\d-\d\dT[\d:]{8}"/g, '"<wall time of India>"')
      .replace(/"[\da-f]{8}-[\da-f-]{27}"/g, '"<id>"')
      .replace(/"[\da-f]{12}"/g, '"<fingerprint>"')
      .replace(/"level":"(?:GREEN|AMBER|RED)"/g, '"level":"<level>"')
      // Said in the last hour before 03:30 IST.
      .replace(/, for less than [^."]+\./g, '.')
      // It depends on the day.
      .replace(/,"readiness":\{.*?"computedAt":"<instant>"\}/g, ',"readiness":"<forecast>"')
      .replace(/"remainingSeconds":[1-9]\d*/g, '"remainingSeconds":"<seconds>"'),
  );
