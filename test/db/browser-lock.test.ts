import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../src/db/database-error.ts';
import { type BrowserLockResult, takeBrowserLock } from '../../src/db/files/browser-lock.ts';
import { Folder } from './temporary-database.ts';

const NOON = new Date('2026-11-22T12:00:00Z');

class Lock extends Folder {
  readonly at = this.file('browser.lock');

  take(place = '/srv/here'): BrowserLockResult {
    return takeBrowserLock(this.at, place, NOON);
  }
}

/** Takes the lock, runs `work` with it, and lets go of it. */
const holding = (result: BrowserLockResult, work: () => void): void => {
  if (result.kind === 'BUSY') throw new Error('The lock is held by another one.');
  using _ = result.lock;
  work();
};

const mode = (file: string): number => statSync(file).mode & 0o777;

/** Another process of ours. `take()` in its script takes the lock; what it prints comes out line by line. */
const run = (lock: Lock, script: string): Script => {
  const module = pathToFileURL(path.resolve('src/db/files/browser-lock.ts')).href;
  const text = `
    import { appendFileSync } from 'node:fs';
    import { once } from 'node:events';
    import { setTimeout as delay } from 'node:timers/promises';
    import { takeBrowserLock } from ${JSON.stringify(module)};
    const log = ${JSON.stringify(lock.file('log'))};
    const take = () => takeBrowserLock(${JSON.stringify(lock.at)}, '/srv/other', new Date(${NOON.getTime()}));
    ${script}`;
  return new Script(
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', text], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
};

class Script implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcess) {
    if (child.stdout === null) throw new Error('The script prints nowhere.');
    this.#child = child;
    this.#ended = once(child, 'exit');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get processId(): number {
    return this.#child.pid ?? 0;
  }

  async line(): Promise<unknown> {
    return (await this.#lines.next()).value;
  }

  go(): void {
    this.#child.stdin?.write('go');
  }

  kill(): Promise<unknown> {
    this.#child.kill('SIGKILL');
    return this.#ended;
  }

  /** Its exit code. */
  async end(): Promise<unknown> {
    await this.#ended;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

class Scripts implements AsyncDisposable {
  readonly all: Script[] = [];

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((script) => script.kill()));
  }
}

const HOLD = 'const result = take(); console.log(result.kind); setInterval(() => {}, 1000);';

const WITHOUT_WAITING_MS = 250;

test('a second process is refused and told who holds the lock, at once', async () => {
  using lock = new Lock();
  await using other = run(lock, HOLD);
  expect(await other.line()).toBe('HELD');

  const owner = { processId: other.processId, since: NOON, place: '/srv/other' };
  const start = performance.now();
  expect([lock.take(), lock.take()]).toEqual([
    { kind: 'BUSY', owner },
    { kind: 'BUSY', owner },
  ]);
  expect(performance.now() - start).toBeLessThan(WITHOUT_WAITING_MS);
});

test('an owner that is killed leaves the lock to the next one at once', async () => {
  using lock = new Lock();
  await using other = run(lock, HOLD);
  await other.line();
  await other.kill();

  holding(lock.take(), () => undefined);
});

test('an owner that forgets the lock holds it until it ends', async () => {
  using lock = new Lock();
  const forgetful = `
    setTimeout(() => { globalThis.gc(); console.log('collected'); }, 50);
    process.stdin.resume();`;
  await using other = run(
    lock,
    `import v8 from 'node:v8'; import vm from 'node:vm';
     v8.setFlagsFromString('--expose-gc'); globalThis.gc = vm.runInNewContext('gc');
     take();${forgetful}`,
  );
  expect(await other.line()).toBe('collected');
  expect(lock.take().kind).toBe('BUSY');
});

test('two in the same process exclude each other, and the lock is free after its end', () => {
  using lock = new Lock();
  const owner = { processId: process.pid, since: NOON, place: '/srv/here' };
  holding(lock.take(), () => {
    expect(lock.take('/srv/there')).toEqual({ kind: 'BUSY', owner });
    expect(lock.take('/srv/there')).toEqual({ kind: 'BUSY', owner });
  });
  holding(lock.take('/srv/there'), () => {
    expect(lock.take()).toEqual({ kind: 'BUSY', owner: { ...owner, place: '/srv/there' } });
  });
});

test('is let go of once: a second disposal does not free the next holder’s lock', () => {
  using lock = new Lock();
  const first = lock.take();
  if (first.kind === 'BUSY') throw new Error('The lock is new.');
  first.lock[Symbol.dispose]();
  holding(lock.take(), () => {
    first.lock[Symbol.dispose]();
    expect(lock.take().kind).toBe('BUSY');
  });
});

const RACERS = 8;
const ROUNDS = 20;

test('of eight processes that race twenty times there are never two holders, and the holder is the one who is named', async () => {
  using lock = new Lock();
  await using racers = new Scripts();
  const race = `
    const until = async (isSo) => { while (!isSo()) await delay(1); };
    console.log('ready');
    await once(process.stdin, 'data');
    for (let round = 0; round < ${ROUNDS};) {
      const result = take();
      if (result.kind === 'HELD') {
        appendFileSync(log, 'begin ' + process.pid + '\\n');
        await until(() => take().owner?.processId === process.pid);
        await delay(Math.random() * 2);
        appendFileSync(log, 'end ' + process.pid + '\\n');
        result.lock[Symbol.dispose]();
        round++;
      }
      await delay(Math.random() * 3);
    }
    process.exit();`;
  for (let racer = 0; racer < RACERS; racer++) racers.all.push(run(lock, race));
  await Promise.all(racers.all.map((script) => script.line()));
  for (const script of racers.all) script.go();
  expect(await Promise.all(racers.all.map((script) => script.end()))).toEqual(Array(RACERS).fill(0));

  const lines = readFileSync(lock.file('log'), 'utf8').trim().split('\n');
  const overlaps = lines.filter((line, index) =>
    index % 2 === 0 ? !line.startsWith('begin ') : line !== lines[index - 1]?.replace('begin', 'end'),
  );
  expect(overlaps).toEqual([]);
  expect(lines).toHaveLength(2 * RACERS * ROUNDS);
});

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)('another user takes it, too, and is told who holds it', async () => {
  using lock = new Lock();
  chmodSync(lock.path, 0o1777);
  const asNobody = `
    process.setuid(65534);
    console.log(JSON.stringify(take()));
    await once(process.stdin, 'data');
    const result = take();
    console.log(result.kind);
    process.stdin.resume();`;
  const held = lock.take();
  if (held.kind === 'BUSY') throw new Error('The lock is new.');
  expect(mode(lock.at)).toBe(0o666);
  await using other = run(lock, asNobody);
  const first = await other.line();
  held.lock[Symbol.dispose]();
  other.go();

  expect(JSON.parse(String(first))).toEqual({
    kind: 'BUSY',
    owner: { processId: process.pid, since: NOON.toISOString(), place: '/srv/here' },
  });
  expect(await other.line()).toBe('HELD');
  expect(lock.take()).toMatchObject({ kind: 'BUSY', owner: { processId: other.processId } });
});

test.skipIf(!isRoot)('a file that this user may not write is taken to be held by somebody', async () => {
  using lock = new Lock();
  holding(lock.take(), () => undefined);
  chmodSync(lock.path, 0o755);
  const asNobody = 'process.setuid(65534); console.log(JSON.stringify(take()));';
  const answers = [];
  for (const narrow of [0o644, 0o600]) {
    chmodSync(lock.at, narrow);
    await using other = run(lock, asNobody);
    answers.push(await other.line());
  }
  const busy = '{"kind":"BUSY","owner":null}';
  expect(answers).toEqual([busy, busy]);
});

/** What an error says about a place, or what was answered instead. */
const complaint = (file: string, folder: Folder): string => {
  try {
    return takeBrowserLock(file, '/srv/here', NOON).kind;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.message.replaceAll(folder.path, '…');
  }
};

test('what is no lock is left alone, and the error says what to do', () => {
  using folder = new Folder();
  const notes = folder.file('notes');
  writeFileSync(notes, 'These are somebody’s notes.');
  symlinkSync(notes, folder.file('link'));
  const files = [notes, folder.file('link'), folder.path, folder.file('nowhere', 'browser.lock')];
  expect(files.map((file) => complaint(file, folder))).toMatchInlineSnapshot(`
    [
      "The browser lock …/notes cannot be used: file is not a database. Remove what lies there while no vega-auth runs, and start again.",
      "The browser lock …/link cannot be used: that is no file. Remove what lies there while no vega-auth runs, and start again.",
      "The browser lock … cannot be used: that is no file. Remove what lies there while no vega-auth runs, and start again.",
      "The browser lock …/nowhere/browser.lock cannot be used: ENOENT: no such file or directory, open '…/nowhere/browser.lock'. Its folder should exist, and this user should be able to write there.",
    ]
  `);
  expect(readFileSync(notes, 'utf8')).toBe('These are somebody’s notes.');
});

test('an empty file will do', () => {
  using lock = new Lock();
  writeFileSync(lock.at, '');
  holding(lock.take(), () => expect(lock.take().kind).toBe('BUSY'));
});
