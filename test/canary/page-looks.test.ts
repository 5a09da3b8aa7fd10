import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import { judge, type SeenDialog } from '../../src/domain/canary/canary-report.ts';
import { hasSameStep, type Landmarks, withOffers } from '../../src/domain/canary/landmarks.ts';

const STEP = `<main><h2>Login with mobile number</h2><form><label for="mobileNum">Enter mobile number</label>
  <input id="mobileNum" type="tel" maxlength="10"><button id="getOtp" type="submit">Get OTP</button></form></main>`;
const BANNER = `<div role="dialog" aria-modal="true" style="position:fixed;inset:0;background:#fff">
  <h3>Get the app</h3><p>Download the app</p><button>Not now</button></div>`;

const pageWith = (html: string) =>
  `<!DOCTYPE html><html><head><link rel="icon" href="data:,"></head><body>${STEP}${html}</body></html>`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const page =
  (html: string): Answer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end(pageWith(html));
const script =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/javascript', ...headers }).end();
const never: Answer = () => undefined;

/** A look at `/login` of a site that answers so. */
const look = async (answers: Readonly<Record<string, Answer>>): Promise<Landmarks> => {
  const server = createServer((request, response) =>
    (answers[request.url ?? ''] ?? script(404))(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await using browser = await BrokerBrowser.launch({ headless: true, chromiumPath: null });
    await using session = await browser.openSession();
    const seen: SeenDialog = await session.look({
      dialogUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/login`,
      redirectUri: 'https://desk.example/callback',
      ...{ stepTimeoutMs: 10_000, standsMs: 300, quietMs: 600 },
      signal: new AbortController().signal,
    });
    if (seen.kind !== 'PAGE') expect.fail(seen.message);
    return seen.landmarks;
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

test('an offer before the step is a drift until a login has turned it down, and none when it is gone', async () => {
  const [plain, offered] = [await look({ '/login': page('') }), await look({ '/login': page(BANNER) })];
  expect([plain.step, offered.step]).toEqual(['MOBILE', 'MOBILE']);
  expect(JSON.stringify(offered)).toContain('offer');
  expect(hasSameStep(plain, offered)).toBe(true);
  const verdictOf = (landmarks: Landmarks, kept: Landmarks) =>
    judge({ kind: 'PAGE', landmarks, failure: null }, { landmarks: kept, at: new Date(0) }).verdict;
  expect(verdictOf(offered, plain)).toBe('DRIFT');
  expect(verdictOf(plain, offered)).toBe('CHANGED');
  expect(verdictOf(offered, withOffers(plain, ['Not now']))).toBe('CHANGED');
});

test.each<[string, Readonly<Record<string, Answer>>, boolean]>([
  ['missing', { '/login': page('<script src="/x.js"></script>') }, true],
  [
    'redirected',
    {
      '/login': page('<script src="/moved.js"></script>'),
      '/moved.js': script(302, { location: '/there.js' }),
      '/there.js': script(200),
    },
    false,
  ],
  [
    'called off, because the page has gone to another',
    {
      '/login': page('<script async src="/slow.js"></script><script>location.replace("/second")</script>'),
      '/slow.js': never,
      '/second': page('<script src="/there.js"></script>'),
      '/there.js': script(200),
    },
    false,
  ],
  [
    'missing in a page that was left',
    {
      '/login': page(
        `<script src="/x.js" onerror="setTimeout(() => location.replace('/second'), 50)"></script>`,
      ),
      '/second': page('<script src="/there.js"></script>'),
      '/there.js': script(200),
    },
    false,
  ],
  [
    'loaded before the page changed its address alone',
    {
      '/login': page(
        `<script src="/there.js" onload="history.pushState(null, '', '/login?step=1')"></script>`,
      ),
      '/there.js': script(200),
    },
    false,
  ],
])('a script that is %s counts as it should', async (_what, answers, hasFailed) => {
  const { scripts } = await look(answers);
  if (hasFailed) expect(scripts).toContain('error');
  else expect(scripts.filter((one) => !one.startsWith('inline'))).toEqual(['127.0.0.1']);
});
