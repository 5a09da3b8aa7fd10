import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Packed, pack } from '../support/packed.ts';
import { Program } from '../support/program.ts';
import { logIn } from '../support/session.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
});

test('publint and attw find nothing wrong with the tarball', async () => {
  const tarball = readFileSync(packed.tarball);
  const { messages } = await publint({ pkgDir: packed.folder, pack: false, strict: true });
  expect(messages).toEqual([]);

  const checked = await checkPackage(createPackageFromTarballData(tarball), { entrypoints: ['./sdk'] });
  if (checked.types === false) throw new Error('the package has no types');
  // A package of ES modules alone: what only CommonJS or Node 10 would ask for is not promised.
  const promised = checked.problems.filter(
    (problem) => !('resolutionKind' in problem) || /^(node16-esm|bundler)$/.test(problem.resolutionKind),
  );
  expect(promised).toEqual([]);
  expect(checked.entrypoints['./sdk']?.resolutions.bundler.resolution?.isTypeScript).toBe(true);
});

test('the operator page is in it, where the program looks for it', () => {
  const page = readFileSync(path.join(packed.folder, 'dist/web/index.html'), 'utf8');
  const names = [...page.matchAll(/"\/(assets\/[^"]+)"/g)].map(([, name]) => name ?? '');
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect(existsSync(path.join(packed.folder, 'dist/web', name))).toBe(true);
});

test('the server and the SDK hold our own code alone; command line and page name the licences of what they are made of', () => {
  const dist = path.join(packed.folder, 'dist');
  const textOf = (name: string) => readFileSync(path.join(dist, name), 'utf8');
  /** A file of the build with all that it loads of it. */
  const loadedBy = (name: string, known = new Set<string>()): Set<string> => {
    if (known.has(name)) return known;
    known.add(name);
    for (const [, next = ''] of textOf(name).matchAll(/(?:from |import\()"\.\/([^"]+)"/g))
      loadedBy(next, known);
    return known;
  };
  const regionsOf = (...names: readonly string[]) =>
    names
      .flatMap((name) => [...loadedBy(name)])
      .flatMap((name) =>
        [...textOf(name).matchAll(/^\/\/#region (.*)$/gm)].map(([, source]) => source ?? ''),
      );
  const own = regionsOf('app.js', 'config.js', 'demo.js', 'sdk.js');
  expect(own).toEqual(expect.arrayContaining(['src/app.ts', 'src/http/handler.ts', 'src/sdk/client.ts']));
  expect(own.filter((source) => source.includes('node_modules'))).toEqual([]);
  // What stays up is loaded from there, and not from the bundle of the command line.
  const commandLine = readdirSync(dist).find((name) => name.startsWith('command-line-')) ?? '';
  const commands = textOf(commandLine);
  for (const name of ['serve', 'work']) {
    const start = commands.search(new RegExp(`name:\\s*["'\`]${name}["'\`]`));
    expect(start, name).toBeGreaterThan(0);
    const body = commands.slice(start, start + 1500);
    expect(body.match(/import\(["'`]\.\/(?:app|config)[^"'`]*/g)?.slice(0, 2)).toEqual([
      expect.stringMatching(/\/app\.js$/),
      expect.stringMatching(/\/config\.js$/),
    ]);
  }
  expect(commands).toMatch(/import\(["'`]\.\/demo\.js["'`]\)/);
  const { dependencies } = JSON.parse(readFileSync(path.join(packed.folder, 'package.json'), 'utf8'));
  for (const name of ['commander', 'graphql', 'kysely', 'zod']) {
    expect(textOf('third-party.md')).toContain(`## ${name} - ${dependencies[name]} (`);
  }
  expect(readFileSync(path.join(dist, 'web/third-party.md'), 'utf8')).toContain('## react-dom - ');
});

/** The SDK as a bundler makes it for a page. */
const bundleSdk = () =>
  build({
    entryPoints: [path.join(packed.folder, 'dist/sdk.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    metafile: true,
  });

test('the SDK is one file and a parser of event streams, under 15 kB in a bundle', async () => {
  const { outputFiles, metafile } = await bundleSdk();
  expect(Object.keys(metafile.inputs).map((file) => file.replace(/^.*\/node_modules\//, ''))).toEqual([
    'eventsource-parser/dist/index.js',
    'vega-auth/dist/sdk.js',
  ]);
  expect(gzipSync(outputFiles[0]?.contents ?? '').byteLength).toBeLessThan(15_000);
});

test.each(['NodeNext', 'Bundler'] as const)(
  'the types of the tarball say what they should (%s)',
  (kind) => {
    const text = readFileSync(path.join(ROOT, 'test/sdk/client.test-d.ts'), 'utf8');
    const wrong = `${text}\nexpectTypeOf(await client.ready()).toEqualTypeOf<string>();`;
    expect(complaints(kind, { right: text, wrong })).toEqual([expect.stringMatching(/^wrong.*string/s)]);
  },
  60_000,
);

/** What the compiler has against programs of a stranger. */
const complaints = (kind: 'NodeNext' | 'Bundler', programs: Record<string, string>): string[] => {
  const files = Object.entries(programs).map(([name, text]) => {
    const file = path.join(packed.project, `${name}-${kind}.mts`);
    writeFileSync(file, text);
    return file;
  });
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    module: kind === 'Bundler' ? ts.ModuleKind.ESNext : ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind[kind],
    // Only the test's own tool comes from elsewhere.
    paths: { vitest: [path.join(ROOT, 'node_modules/expect-type/dist/index.d.ts')] },
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipDefaultLibCheck: true,
    noEmit: true,
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
    const name = file === undefined ? '' : path.basename(file.fileName);
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
};

test('the command line of the tarball needs its dependencies alone, and brings migrations and simulator', async () => {
  await using program = new Program(path.join(packed.folder, 'dist/main.js'));
  program.start(['demo'], { VEGA_PORT: '0' });
  await until('the demo to be ready', () => program.said.includes('Ctrl-C stops everything'), 60_000);
  expect(program.said).toContain('6/6');
  program.stop();
  expect(await program.exitCode()).toBe(0);
  const help = await program.run(['--help'], {});
  expect([help.code, help.err, help.out]).toEqual([0, '', expect.stringContaining('Examples:')]);
}, 90_000);

/** Tells when it listens, and at the end what it saw. */
const WATCH = `
const watch = async (options, tell) => {
  const client = createVegaClient(options);
  const counts = new Set();
  for await (const event of client.events()) {
    tell('listening');
    if (event.__typename === 'TokenProgressEvent') counts.add(event.progress.generated + '/' + event.progress.total);
    if (event.__typename === 'AuthConfirmedEvent') break;
  }
  const tokens = await client.tokens();
  tell([...counts].join(' ') + ' ' + tokens.map(({ verdict }) => verdict).join(' '));
};`;

type Watch = (testApp: TestApp, tell: (said: string) => void) => Promise<AsyncDisposable>;

const inNode: Watch = async (testApp, tell) => {
  const file = path.join(packed.project, 'watch.mjs');
  const start = 'await watch({ url: process.env.URL, key: process.env.KEY }, (said) => console.log(said));';
  writeFileSync(file, `import { createVegaClient } from 'vega-auth/sdk';${WATCH}\n${start}`);
  const env = { ...process.env, URL: testApp.url, KEY: testApp.app.operatorKey };
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface(child.stdout).on('line', tell);
  return { [Symbol.asyncDispose]: async () => void child.kill() };
};

const inWorkerThread: Watch = async (testApp, tell) => {
  const file = path.join(packed.project, 'worker.mjs');
  const start = 'await watch(workerData, (said) => parentPort.postMessage(said));';
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads';
     import { createVegaClient } from 'vega-auth/sdk';${WATCH}\n${start}`,
  );
  const worker = new Worker(file, { workerData: { url: testApp.url, key: testApp.app.operatorKey } });
  worker.on('message', tell);
  return { [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
};

/** A page of the server's own origin, with the session's cookie, and the same in a worker of that page. */
const inChromium =
  (script: string): Watch =>
  async (testApp, tell) => {
    const browser = await launchChromium();
    const context = await browser.newContext();
    await logIn(context, testApp);
    const code = (tell: string, options = '{}') =>
      `import { createVegaClient } from '/test/sdk.js';${WATCH}\nawait watch(${options}, ${tell});`;
    const serve = (name: string, contentType: string, body: string) =>
      context.route(`**/test/${name}`, (route) => route.fulfill({ contentType, body }));
    const [sdk] = (await bundleSdk()).outputFiles;
    await serve('sdk.js', 'text/javascript', sdk?.text ?? '');
    await serve('page.js', 'text/javascript', code('tell'));
    // A worker reaches no localStorage: its page tells it the page key, here as its name.
    await serve('worker.js', 'text/javascript', code('(said) => postMessage(said)', '{ pageKey: name }'));
    await serve('page', 'text/html', `<!doctype html><script type="module">${script}</script>`);
    const page = await context.newPage();
    await page.exposeFunction('tell', tell);
    await page.goto(`${testApp.url}/test/page`);
    return browser;
  };

const PAGE = "import '/test/page.js';";
const PAGE_WITH_WORKER = `
const name = localStorage.getItem('vega-page-key');
const worker = new Worker('/test/worker.js', { type: 'module', name });
worker.onmessage = ({ data }) => tell(data);`;

test('the built SDK follows a run in plain Node, a worker thread, a page and a worker of a page', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const places = {
    inNode,
    inWorkerThread,
    inPage: inChromium(PAGE),
    inWebWorker: inChromium(PAGE_WITH_WORKER),
  };
  const said = Object.keys(places).map((name) => ({ name, lines: [] as string[] }));
  const watchers = await Promise.all(
    Object.values(places).map((watch, index) => watch(testApp, (line) => void said[index]?.lines.push(line))),
  );
  try {
    await until('everybody to listen', () => said.every(({ lines }) => lines.includes('listening')));
    await testApp.generate('mode: ALL');
    await until('everybody to end', () => said.every(({ lines }) => lines.at(-1) !== 'listening'));
  } finally {
    for (const watcher of watchers) await watcher[Symbol.asyncDispose]();
  }
  expect(said.map(({ name, lines }) => [name, lines.at(-1)])).toEqual(
    Object.keys(places).map((name) => [name, '0/2 1/2 2/2 VALID VALID']),
  );
});
