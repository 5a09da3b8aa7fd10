import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium.ts';
import { openDesk, until } from '../support/desk.ts';
import { openLine } from './breakable-line.ts';
import { readEvents } from './event-reader.ts';
import { countReaders } from './rest-caller.ts';

/** The programs that a desk has already, letter by letter as it has them. */
const REACT_LISTING = `
useEffect(() => {
  const sse = new EventSource("/auth/events");

  sse.addEventListener("TOKEN_PROGRESS", e =>
    setProgress(JSON.parse(e.data))
  );

  sse.addEventListener("AUTH_CONFIRMED", () =>
    navigate("/dashboard")
  );

  return () => sse.close();
}, []);
`;

/** What stands around the listing in a page: it notes what the page would show. */
const ROUND_THE_LISTING = `
const seen = { progress: [], places: [], end: null };
const useEffect = (effect) => { seen.end = effect(); };
const setProgress = (progress) => seen.progress.push(progress);
const navigate = (place) => seen.places.push(place);
globalThis.seen = seen;
`;

interface Progress {
  readonly total: number;
  readonly generated: number;
  readonly missing: readonly string[];
}

const COUNTS = ['0/3', '1/3', '2/3', '3/3'];

const countsOf = (progress: readonly Progress[]): string[] => [
  ...new Set(progress.map(({ generated, total }) => `${generated}/${total}`)),
];

const launch = (): Promise<Browser> => {
  const found = findChromium({ headless: true });
  if (found === undefined) throw new Error('run `npm run setup` first');
  return chromium.launch({ executablePath: found.executablePath });
};

test('the React listing sees a whole run in Chromium, with the session of the link and nothing else', async () => {
  await using desk = await openDesk({ apis: 3 });
  await using browser = await launch();
  const page = await browser.newPage();
  await page.goto(`${desk.url}${desk.app.issueLoginPath()}`);
  await page.goto(`${desk.url}/livez`);
  await page.evaluate(`{ ${ROUND_THE_LISTING} ${REACT_LISTING} }`);
  await until('the page to listen', async () => (await countReaders(desk)) === 1);
  await desk.generate('mode: ALL');
  await until('the page to leave', async () => (await page.evaluate('seen.places.length')) === 1);

  expect(await page.evaluate('seen.places')).toEqual(['/dashboard']);
  const progress: Progress[] = await page.evaluate('seen.progress');
  expect(countsOf(progress)).toEqual(COUNTS);
  expect(progress[0]).toMatchObject({
    total: 3,
    generated: 0,
    missing: ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2'],
  });
  await page.evaluate('seen.end()');
  await until('nobody to listen', async () => (await countReaders(desk)) === 0);
});

test('an EventSource whose connection broke comes back by itself and misses nothing', async () => {
  await using desk = await openDesk({ apis: 1 });
  await using line = await openLine(desk.url);
  await using browser = await launch();
  const page = await browser.newPage();
  await page.goto(`${line.url}${desk.app.issueLoginPath()}`);
  await page.goto(`${line.url}/livez`);
  await page.evaluate(`{
    globalThis.ids = [];
    globalThis.opened = 0;
    const sse = new EventSource('/auth/events');
    sse.addEventListener('open', () => { opened += 1; });
    for (const name of ['AUTH_STATE', 'TOKEN_PROGRESS', 'AUTH_CONFIRMED', 'GAP'])
      sse.addEventListener(name, (event) => ids.push(name === 'GAP' ? name : Number(event.lastEventId)));
  }`);
  await until('the page to listen', async () => (await page.evaluate('ids.length')) === 1);
  line.cut();
  await until('nobody to listen', async () => (await countReaders(desk)) === 0);
  await desk.generate('mode: ALL');
  line.mend();
  const witness = await readEvents(desk, '?lastEventId=0');
  await until('the end', () => witness.seen.some(({ name }) => name === 'AUTH_CONFIRMED'));
  witness.leave();
  const named = ['AUTH_STATE', 'TOKEN_PROGRESS', 'AUTH_CONFIRMED'];
  const told = witness.seen.filter(({ name }) => named.includes(name)).map(({ id }) => id);
  await until('the page to be told', async () => (await page.evaluate('ids.at(-1)')) === told.at(-1));
  expect(await page.evaluate('opened')).toBe(2);
  expect(await page.evaluate('ids.slice(1)')).toEqual(told);
});

/** The JavaFX listing with what a program needs around it: the whole address, the key, and a line on the screen. */
const JAVA_PROGRAM = `
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class Watch {
  public static void main(String[] arguments) throws Exception {
    new Watch().watch(System.getenv("VEGA_URL"), System.getenv("VEGA_KEY"));
  }

  void watch(String url, String key) throws Exception {
    HttpClient client = HttpClient.newHttpClient();

    HttpRequest request = HttpRequest.newBuilder()
        .uri(URI.create(url + "/auth/events"))
        .header("Authorization", "Bearer " + key)
        .build();

    client.sendAsync(request, BodyHandlers.ofLines())
        .thenAccept(response ->
            response.body().forEach(this::handleEvent)
        ).join();
  }

  void handleEvent(String line) {
    System.out.println(line);
    System.out.flush();
    if (line.equals("event: AUTH_CONFIRMED")) System.exit(0);
  }
}
`;

const hasJava = (): boolean => {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

test('the Java listing sees a whole run with the key', async ({ skip }) => {
  skip(!hasJava(), 'there is no JDK on this machine');
  await using desk = await openDesk({ apis: 3 });
  const folder = mkdtempSync(path.join(tmpdir(), 'vega-java-'));
  const file = path.join(folder, 'Watch.java');
  writeFileSync(file, JAVA_PROGRAM);
  const java = spawn('java', [file], {
    env: { ...process.env, VEGA_URL: desk.url, VEGA_KEY: desk.app.operatorKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  java.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve) => java.once('exit', resolve));
  try {
    await until('Java to listen', () => text.includes('event: COOLDOWN'), 30_000);
    await desk.generate('mode: ALL');
    expect(await ended).toBe(0);
  } finally {
    java.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const progress = [...text.matchAll(/^event: TOKEN_PROGRESS\nid: \d+\ndata: (.*)$/gm)].map(
    ([, data]) => JSON.parse(data ?? '') as Progress,
  );
  expect(countsOf(progress)).toEqual(COUNTS);
}, 60_000);
