import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { bundle } from '../recipes/listings.ts';
import { countReaders } from '../rest/rest-caller.ts';
import { launchChromium } from '../support/chromium.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { seed } from './seeds.ts';

interface Progress {
  readonly total: number;
  readonly generated: number;
}

const COUNTS = ['0/3', '1/3', '2/3', '3/3'];

const countsOf = (progress: readonly Progress[]): string[] => [
  ...new Set(progress.map(({ generated, total }) => `${generated}/${total}`)),
];

/** A component around the listing: the names that it uses, and nothing of vega-auth. */
const REACT_PROGRAM = `
import { createElement, useEffect } from 'react';
import { createRoot } from 'react-dom/client';

const setProgress = (progress) => noteProgress(progress);
const navigate = (place) => location.assign(place);

const Account = () => {
${seed('react-listing.txt')}
  return createElement('p', null, 'The user’s own page');
};
createRoot(document.body).render(createElement(Account));
`;

test('8. REACT IMPLEMENTATION (SKELETON): letter by letter, from the link to the dashboard', async () => {
  await using testApp = await openTestApp({ apis: 3 });
  await using browser = await launchChromium();
  const page = await browser.newPage();
  const progress: Progress[] = [];
  await page.exposeFunction('noteProgress', (told: Progress) => void progress.push(told));
  await page.goto(`${testApp.url}${testApp.app.issueLoginPath()}`);
  await page.waitForURL(`${testApp.url}/`);
  await page.goto(`${testApp.url}/livez`);
  await page.evaluate(await bundle(REACT_PROGRAM, 'browser'));
  await until('the listing to listen', async () => (await countReaders(testApp)) === 1);
  await testApp.generate('mode: ALL');

  await page.waitForURL(`${testApp.url}/dashboard`);
  await page.getByText('UPSTOX_01 is through the gate.').waitFor();
  expect((await testApp.client.authState()).state).toBe('DASHBOARD');
  expect(countsOf(progress)).toEqual(COUNTS);
});

/** What the listing cannot know, and `body()`, without which no Java compiles it: a response has no `forEach`. */
const JAVA_LISTING = seed('javafx-listing.txt')
  .replace(
    'URI.create("/auth/events"))',
    'URI.create(url + "/auth/events"))\n    .header("Authorization", "Bearer " + key)',
  )
  .replace('lines.forEach', 'lines.body().forEach');

/** A program around the listing: it prints each line and ends with the confirmation. */
const JAVA_PROGRAM = `
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CountDownLatch;

public class Watch {
  final CountDownLatch confirmed = new CountDownLatch(1);

  public static void main(String[] arguments) throws Exception {
    new Watch().watch(System.getenv("VEGA_URL"), System.getenv("VEGA_KEY"));
  }

  void watch(String url, String key) throws Exception {
${JAVA_LISTING}
    confirmed.await();
    System.exit(0);
  }

  void handleEvent(String line) {
    System.out.println(line);
    System.out.flush();
    if (line.equals("event: AUTH_CONFIRMED")) confirmed.countDown();
  }
}
`;

const hasJava = (): boolean => {
  try {
    execFileSync('javac', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const NO_JAVA = 'there is no JDK on this machine';

test('9. JAVAFX IMPLEMENTATION (SSE): with an absolute address and one header', async ({ skip }) => {
  skip(!hasJava(), NO_JAVA);
  await using testApp = await openTestApp({ apis: 3 });
  const folder = mkdtempSync(path.join(tmpdir(), 'vega-java-'));
  const file = path.join(folder, 'Watch.java');
  writeFileSync(file, JAVA_PROGRAM);
  const java = spawn('java', [file], {
    env: { ...process.env, VEGA_URL: testApp.url, VEGA_KEY: testApp.app.operatorKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  java.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve) => java.once('exit', resolve));
  try {
    await until('Java to listen', () => text.includes('event: COOLDOWN'), 30_000);
    await testApp.generate('mode: ALL');
    expect(await ended).toBe(0);
  } finally {
    java.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const progress = [...text.matchAll(/^event: TOKEN_PROGRESS\nid: \d+\ndata: (.*)$/gm)].map(
    ([, data]) => JSON.parse(data ?? '') as Progress,
  );
  expect(countsOf(progress)).toEqual(COUNTS);
});

const PARSE = `
import java.time.LocalDateTime;

public class Parse {
  public static void main(String[] arguments) {
    System.out.print(LocalDateTime.parse(arguments[0]));
  }
}
`;

test('"expiresAt": "2026-01-01T03:30:00" is what Java’s LocalDateTime.parse reads', async ({ skip }) => {
  skip(!hasJava(), NO_JAVA);
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  const headers = { authorization: `Bearer ${testApp.app.operatorKey}` };
  const [primary] = (await (await fetch(`${testApp.url}/auth/tokens/expiry`, { headers })).json()) as {
    readonly expiresAtIst: string;
  }[];
  const folder = mkdtempSync(path.join(tmpdir(), 'vega-java-'));
  try {
    const file = path.join(folder, 'Parse.java');
    writeFileSync(file, PARSE);
    const parsed = execFileSync('java', [file, primary?.expiresAtIst ?? ''], { encoding: 'utf8' });
    expect(`${parsed}:00`).toBe(primary?.expiresAtIst);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
