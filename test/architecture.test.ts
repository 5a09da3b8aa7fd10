import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');

/** What the files of one part may import beside each other. */
interface Part {
  readonly own: readonly string[];
  readonly npm: readonly string[];
  readonly node: boolean;
}

const ANYTHING = '*';

/** A part is a folder of `src`, a file that lies in `src` itself, `migrations` or `test/bench`. */
const PARTS: Readonly<Record<string, Part>> = {
  domain: { own: [], npm: [], node: false },
  migrations: { own: [], npm: ['kysely'], node: false },
  db: {
    own: ['domain', 'log.ts', 'migrations'],
    npm: ['kysely', 'better-sqlite3', 'pg', 'graphile-worker'],
    node: true,
  },
  broker: { own: ['domain', 'log.ts'], npm: ['playwright', 'otplib', 'undici', 'zod'], node: true },
  'alert-channels': { own: ['domain'], npm: ['nodemailer', 'standardwebhooks', 'undici'], node: true },
  services: { own: ['domain', 'db', 'broker', 'log.ts'], npm: ['lru-cache'], node: true },
  graphql: {
    own: ['domain', 'services'],
    npm: ['@pothos/core', '@pothos/plugin-validation', 'graphql', 'zod'],
    node: false,
  },
  http: {
    own: ['graphql', 'domain', 'services', 'log.ts'],
    npm: [
      ...['graphql-yoga', '@graphql-yoga/render-graphiql', '@envelop/core', 'graphql'],
      ...['graphql-sse', 'prom-client', 'raw-body', '@graphql-typed-document-node/core'],
      ...['lru-cache', 'sirv', 'ipaddr.js'],
    ],
    node: true,
  },
  sdk: { own: [], npm: ['eventsource-parser', '@graphql-typed-document-node/core'], node: false },
  cli: {
    own: ['sdk', 'app.ts', 'demo.ts', 'browser.ts', 'config.ts', 'package.json'],
    npm: ['commander', '@clack/prompts'],
    node: true,
  },
  web: {
    own: ['sdk'],
    npm: [
      ...['react', 'react-dom', 'urql', '@urql/core', '@graphql-typed-document-node/core'],
      ...['@radix-ui/react-dropdown-menu', '@tanstack/react-virtual'],
    ],
    node: false,
  },
  simulator: { own: [], npm: ['otplib'], node: true },
  config: { own: ['domain'], npm: ['fastest-levenshtein', 'zod'], node: false },
  'config.ts': { own: ['config', 'domain'], npm: [], node: false },
  'log.ts': { own: [], npm: ['pino'], node: false },
  app: {
    own: [
      ...['domain', 'db', 'broker', 'alert-channels', 'services', 'graphql', 'http'],
      ...['config.ts', 'log.ts'],
    ],
    npm: [],
    node: true,
  },
  'app.ts': {
    own: ['app', 'domain', 'broker', 'db', 'services', 'graphql', 'http', 'config.ts', 'log.ts'],
    npm: [],
    node: true,
  },
  'demo.ts': {
    own: ['domain', 'services', 'http', 'simulator', 'app.ts', 'config.ts'],
    npm: [],
    node: false,
  },
  'browser.ts': { own: ['broker'], npm: [], node: false },
  'main.ts': { own: ['cli'], npm: [], node: false },
  'test/bench': { own: [ANYTHING], npm: [ANYTHING], node: true },
};

/** What the rooms of `src/services` may import of each other; what lies between them, such as the clock, is for all. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  audit: [],
  alerts: ['audit'],
  access: ['audit'],
  accounts: ['audit'],
  tokens: ['access', 'accounts', 'audit'],
  events: ['accounts'],
  storage: ['alerts', 'audit', 'events'],
  capabilities: ['accounts', 'audit', 'tokens'],
  health: ['accounts', 'alerts', 'tokens'],
  runs: ['alerts', 'audit', 'events', 'tokens'],
  'auth-state': ['accounts', 'alerts', 'audit', 'events', 'runs', 'tokens'],
  roles: ['accounts', 'alerts', 'audit', 'auth-state', 'events', 'runs', 'storage', 'tokens'],
  exchange: ['accounts', 'audit', 'roles', 'runs', 'tokens'],
  'browser-login': ['accounts', 'alerts', 'audit', 'auth-state', 'exchange', 'runs'],
  approvals: ['accounts', 'audit', 'auth-state', 'exchange', 'runs', 'tokens'],
  generation: [
    ...['accounts', 'alerts', 'approvals', 'audit', 'auth-state', 'browser-login', 'events', 'roles'],
    ...['runs', 'storage', 'tokens'],
  ],
  cluster: [
    ...[
      'accounts',
      'approvals',
      'audit',
      'auth-state',
      'browser-login',
      'generation',
      'roles',
      'runs',
      'tokens',
    ],
  ],
  calendar: ['audit'],
  schedule: ['accounts', 'alerts', 'audit', 'auth-state', 'calendar', 'generation', 'runs'],
  canary: ['accounts', 'alerts', 'audit', 'browser-login', 'events'],
  readiness: ['accounts', 'alerts', 'audit', 'events', 'runs', 'tokens'],
  report: ['accounts'],
  'human-login': ['accounts', 'approvals', 'audit', 'exchange', 'generation'],
};

/** Reads the list of browsers that Playwright's package holds beside its code. */
const MAY_COMPUTE_NAMES = ['src/broker/chromium/chromium.ts'];

/** The parts that may send requests: the broker's client, the stand-in's notifier, and the client of our own server. */
const MAY_FETCH = ['broker', 'simulator', 'sdk', 'test/bench'];

const SELECTORS = /\b(?:mobileNum|getOtp|otpNum|continueBtn|pinCode|pinContinueBtn)\b/;
const MAY_SELECT = ['broker', 'simulator'];

/** Paths from the root of the repository, and what stands there. */
type Sources = ReadonlyMap<string, string>;

const readSources = (): Sources => {
  const folders = ['src', 'migrations', 'test/bench'].filter((folder) => existsSync(path.join(ROOT, folder)));
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
      .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/'))),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')]));
};

const partOf = (file: string): string => {
  const [top = '', second = ''] = file.split('/');
  if (top === 'src') return second;
  return top === 'test' ? `test/${second}` : top;
};

const isWithin = (part: string, allowed: readonly string[]): boolean =>
  allowed.includes(ANYTHING) || allowed.includes(part);

/** What one file says, as the compiler reads it: comments and texts do not count. */
interface Reading {
  /** Static, dynamic, re-exporting and type-only ones; null where the name is computed. */
  readonly imports: readonly (string | null)[];
  readonly fetches: boolean;
  readonly logsToConsole: boolean;
  /** Every identifier. */
  readonly names: ReadonlySet<string>;
}

const readings = new Map<string, Reading>();

const read = (file: string, text: string): Reading => {
  const known = readings.get(text);
  if (known !== undefined) return known;
  const imports: (string | null)[] = [];
  const globals = new Set<string>();
  const names = new Set<string>();
  const nameOf = (node: ts.Node | undefined) =>
    node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) imports.push(nameOf(node.moduleSpecifier));
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) imports.push(nameOf(node.moduleSpecifier));
    if (ts.isExternalModuleReference(node)) imports.push(nameOf(node.expression));
    if (ts.isImportTypeNode(node)) {
      imports.push(ts.isLiteralTypeNode(node.argument) ? nameOf(node.argument.literal) : null);
    }
    if (ts.isCallExpression(node) && isLoader(node.expression)) imports.push(nameOf(node.arguments[0]));
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) names.add(node.text.replace('#', ''));
    if (ts.isIdentifier(node) && isUse(node)) globals.add(node.text);
    ts.forEachChild(node, visit);
  };
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind));
  const reading = { imports, fetches: globals.has('fetch'), logsToConsole: globals.has('console'), names };
  readings.set(text, reading);
  return reading;
};

const isLoader = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');

/** The name stands for a value here, and is no name of a property, a parameter or a declaration. */
const isUse = (name: ts.Identifier): boolean => {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.expression === name || /^(?:globalThis|window|self)$/.test(parent.expression.getText());
  }
  if (ts.isCallExpression(parent) || ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isArrowFunction(parent)) return parent.body === name;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isBindingElement(parent)) {
    return parent.initializer === name;
  }
  return ts.isBinaryExpression(parent) || ts.isAsExpression(parent) || ts.isReturnStatement(parent);
};

const targetOf = (file: string, specifier: string): string =>
  path.posix.join(path.posix.dirname(file), specifier);

/** Every import that the table does not allow, as `file imports what`. */
const forbiddenImports = (sources: Sources): string[] =>
  [...sources].flatMap(([file, text]) => {
    const part = PARTS[partOf(file)];
    if (part === undefined) return [`${file} lies in a part that the table does not know`];
    return read(file, text)
      .imports.filter((specifier) =>
        specifier === null ? !MAY_COMPUTE_NAMES.includes(file) : !isAllowed(part, file, specifier),
      )
      .map((specifier) => `${file} imports ${specifier ?? 'a computed name'}`);
  });

const isAllowed = (part: Part, file: string, specifier: string): boolean => {
  if (specifier.startsWith('node:')) return part.node;
  if (specifier.startsWith('.')) {
    const target = partOf(targetOf(file, specifier));
    return target === partOf(file) || isWithin(target, part.own);
  }
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);
  return isWithin(name.join('/'), part.npm);
};

const one = (file: string, text: string): Sources => new Map([[file, text]]);

/** The room of `src/services` that a file lies in; null for what lies between them, and elsewhere. */
const roomOf = (file: string): string | null => /^src\/services\/([^/]+)\//.exec(file)?.[1] ?? null;

const forbiddenDoors = (sources: Sources): string[] =>
  [...sources].flatMap(([file, text]) => {
    const room = roomOf(file);
    if (room === null) return [];
    const open = ROOMS[room];
    if (open === undefined) return [`${file} lies in a room that the table does not know`];
    return read(file, text)
      .imports.filter((specifier) => specifier?.startsWith('.'))
      .filter((specifier) => {
        const target = roomOf(targetOf(file, specifier ?? ''));
        return target !== null && target !== room && !open.includes(target);
      })
      .map((specifier) => `${file} imports ${specifier}`);
  });

/** The rooms of `src/db` that know one engine; the lock of the machine's browser is a file of SQLite's on every engine. */
const ENGINES: Readonly<Record<string, readonly string[]>> = {
  sqlite: ['better-sqlite3'],
  postgres: ['pg', 'graphile-worker'],
};
const MAY_KNOW_AN_ENGINE = ['src/db/files/browser-lock.ts'];
/** The two ends of a move between the engines; what lies between them knows neither. */
const ENDS_OF_A_MOVE: Readonly<Record<string, string>> = {
  'src/db/move/sqlite-source.ts': 'sqlite',
  'src/db/move/sqlite-target.ts': 'sqlite',
  'src/db/move/postgres-ends.ts': 'postgres',
};

const engineOf = (file: string): string | null => {
  const room = /^src\/db\/([^/]+)\//.exec(file)?.[1];
  return room !== undefined && room in ENGINES ? room : null;
};

/** Imports of an engine's room or package from outside that room. What joins the parts may choose an engine. */
const forbiddenEngines = (sources: Sources): string[] =>
  [...sources].flatMap(([file, text]) => {
    if (partOf(file) === 'app' || partOf(file) === 'test/bench' || MAY_KNOW_AN_ENGINE.includes(file))
      return [];
    const own = engineOf(file) ?? ENDS_OF_A_MOVE[file];
    return read(file, text)
      .imports.filter((specifier): specifier is string => specifier !== null)
      .filter((specifier) => {
        const engine = specifier.startsWith('.')
          ? engineOf(targetOf(file, specifier))
          : (Object.keys(ENGINES).find((name) => ENGINES[name]?.includes(specifier)) ?? null);
        return engine !== null && engine !== own;
      })
      .map((specifier) => `${file} imports ${specifier}`);
  });

/** One shortest way round through every file that can reach itself, each circle once. */
const circles = (sources: Sources): string[] => {
  const next = new Map(
    [...sources].map(([file, text]) => [
      file,
      read(file, text)
        .imports.filter((specifier) => specifier?.startsWith('.'))
        .map((specifier) => targetOf(file, specifier ?? '')),
    ]),
  );
  const found = new Map<string, string>();
  for (const start of sources.keys()) {
    const way = wayBack(start, next);
    const key = way?.toSorted().join();
    if (way !== null && key !== undefined && !found.has(key)) found.set(key, [...way, start].join(' → '));
  }
  return [...found.values()];
};

const wayBack = (start: string, next: ReadonlyMap<string, readonly string[]>): string[] | null => {
  const seen = new Set<string>();
  const ways = [[start]];
  for (const way of ways) {
    for (const file of next.get(way.at(-1) ?? '') ?? []) {
      if (file === start) return way;
      if (!seen.has(file)) ways.push([...way, file]);
      seen.add(file);
    }
  }
  return null;
};

const outside = (
  sources: Sources,
  allowed: readonly string[],
  matches: (reading: Reading, text: string) => boolean,
): string[] =>
  [...sources]
    .filter(([file, text]) => !allowed.includes(partOf(file)) && matches(read(file, text), text))
    .map(([file]) => file);

const fetching = (sources: Sources) => outside(sources, MAY_FETCH, ({ fetches }) => fetches);
const selecting = (sources: Sources) =>
  outside(sources, MAY_SELECT, (_reading, text) => SELECTORS.test(text));
const printing = (sources: Sources) => outside(sources, [], ({ logsToConsole }) => logsToConsole);

/** Names that meant something only here; CONTRIBUTING.md has the field's words for them. */
const WORDS_OF_OUR_OWN = [
  ...['Desk', 'LoginDesk', 'LoginHands', 'LoginSight', 'Sight', 'Seen', 'Patience', 'patiently', 'Turns'],
  ...['Recollection', 'recall', 'Guesses', 'OpenEnds', 'Reach', 'whisper', 'happening', 'saying', 'hearing'],
  ...[
    'hears',
    'Wish',
    'Keeping',
    'KeptEvent',
    'onKept',
    'despairedOf',
    'onImpatience',
    'RunCarrier',
    'carry',
  ],
  ...['carryOn', 'carryOutside', 'takeUp', 'orphanage', 'adoptLeftRuns', 'TokenTruth', 'welcomeBack'],
  ...['Standing', 'lacking', 'atStake', 'leavable', 'Line', 'Glance', 'glance'],
];

const spokenIn = (sources: Sources): string[] =>
  [...sources].flatMap(([file, text]) =>
    WORDS_OF_OUR_OWN.filter((word) => read(file, text).names.has(word)).map((word) => `${file}: ${word}`),
  );

const TOP_LEVEL = [
  'src',
  'migrations',
  'test',
  'docs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
].concat([
  'schema.graphql',
  'codegen.ts',
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'LICENSE',
  'biome.json',
  'knip.json',
  'Dockerfile',
  'compose.yaml',
]);
/** Made while working, and ignored by git. */
const LEFTOVERS = /^(?:node_modules|dist|coverage)$|\.(?:db|db-shm|db-wal|spill|reserve|head|tgz)$/;

const strangers = (names: readonly string[]): string[] =>
  names.filter(
    (name) =>
      !TOP_LEVEL.includes(name) &&
      !name.startsWith('.') &&
      !/^[a-z]+\.config\.ts$/.test(name) &&
      !LEFTOVERS.test(name),
  );

describe('the code', () => {
  const sources = readSources();

  test('is read as a whole', () => {
    expect(sources.size).toBeGreaterThan(80);
    expect([...sources.keys()]).toEqual(
      expect.arrayContaining(['src/main.ts', 'src/domain/token/expiry.ts', 'migrations/index.ts']),
    );
  });

  test('imports only what the table allows', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  test('goes from room to room of the services as the table allows, and no room is empty', () => {
    expect(forbiddenDoors(sources)).toEqual([]);
    const rooms = new Set([...sources.keys()].map(roomOf));
    expect(Object.keys(ROOMS).filter((room) => !rooms.has(room))).toEqual([]);
  });

  test('keeps what one database engine has of its own in that engine’s room', () => {
    expect(forbiddenEngines(sources)).toEqual([]);
    const wrong: readonly (readonly [string, string])[] = [
      ['src/db/queries/rows.ts', '../sqlite/connection.ts'],
      ['src/db/postgres/pool.ts', '../sqlite/connection.ts'],
      ['src/db/sqlite/connection.ts', '../postgres/migrate.ts'],
      ['src/db/queries/rows.ts', 'better-sqlite3'],
      ['src/db/queries/rows.ts', 'pg'],
      ['src/db/sqlite/connection.ts', 'pg'],
      ['src/db/queries/rows.ts', 'graphile-worker'],
      ['src/services/clock.ts', '../db/sqlite/connection.ts'],
      ['src/db/move/tombstone.ts', '../sqlite/connection.ts'],
      ['src/db/move/sqlite-source.ts', '../postgres/migrate.ts'],
      ['src/db/move/postgres-ends.ts', '../sqlite/connection.ts'],
    ];
    for (const [file, specifier] of wrong)
      expect(forbiddenEngines(one(file, `import '${specifier}';`))).toEqual([`${file} imports ${specifier}`]);
  });

  test('knows the services as a whole in the parts above them only', () => {
    const target = 'src/services/services.ts';
    const importers = [...sources].filter(([file, text]) =>
      read(file, text).imports.some(
        (specifier) => specifier?.startsWith('.') && targetOf(file, specifier) === target,
      ),
    );
    const parts = new Set(importers.map(([file]) => partOf(file)));
    expect([...parts].sort()).toEqual(['app.ts', 'graphql', 'http']);
    expect(importers.length).toBeGreaterThan(3);
  });

  test('has rooms that depend on each other in one direction', () => {
    const rooms = Object.entries(ROOMS).map(([room, open]): [string, string] => [
      `${room}/room.ts`,
      open.map((other) => `import '../${other}/room.ts';`).join('\n'),
    ]);
    expect(circles(new Map(rooms))).toEqual([]);
  });

  test('has no circle between files, type-only imports included', () => {
    expect(circles(sources)).toEqual([]);
  });

  test('speaks to other hosts in the broker folder only', () => {
    expect(fetching(sources)).toEqual([]);
  });

  test('names the login page’s elements in the broker folder and its stand-in only', () => {
    expect(selecting(sources)).toEqual([]);
  });

  test('speaks in the words of the field', () => {
    expect(spokenIn(sources)).toEqual([]);
    expect(spokenIn(one('src/cli/table.ts', 'const x = (desk: Desk) => desk.glance; // Wish'))).toEqual([
      'src/cli/table.ts: Desk',
      'src/cli/table.ts: glance',
    ]);
  });

  test('never prints past the logger', () => {
    expect(printing(sources)).toEqual([]);
  });

  test('is all that lies at the top of the repository', () => {
    expect(strangers(readdirSync(ROOT))).toEqual([]);
  });
});

test('the table gives each dangerous package to one folder', () => {
  const importersOf = (name: string) =>
    Object.keys(PARTS).filter((part) => PARTS[part]?.npm.some((allowed) => allowed === name));
  expect({
    kysely: importersOf('kysely'),
    'better-sqlite3': importersOf('better-sqlite3'),
    pg: importersOf('pg'),
    playwright: importersOf('playwright'),
  }).toEqual({ kysely: ['migrations', 'db'], 'better-sqlite3': ['db'], pg: ['db'], playwright: ['broker'] });
});

describe('the checks can fail:', () => {
  test.each([
    ['src/domain/clock.ts', "import { hrtime } from 'node:process';", 'node:process'],
    ['src/domain/clock.ts', "import { z } from 'zod';", 'zod'],
    ['src/domain/clock.ts', "import type { Logger } from '../log.ts';", '../log.ts'],
    ['src/services/rows.ts', "import { sql } from 'kysely';", 'kysely'],
    ['src/services/rows.ts', "import Sqlite = require('better-sqlite3');", 'better-sqlite3'],
    ['src/services/rows.ts', "const load = () => require('better-sqlite3');", 'better-sqlite3'],
    ['src/graphql/rows.ts', "export * from '../db/tokens.ts';", '../db/tokens.ts'],
    ['src/graphql/rows.ts', "export type { Tables } from '../db/tables.ts';", '../db/tables.ts'],
    ['src/graphql/rows.ts', "type Rows = import('../db/tables.ts').Tables;", '../db/tables.ts'],
    ['src/http/login.ts', "const open = async () => import('playwright');", 'playwright'],
    [
      'src/http/login.ts',
      'const open = async () => import(`playwright/lib/server`);',
      'playwright/lib/server',
    ],
    ['src/http/login.ts', 'const open = async (name: string) => import(name);', 'a computed name'],
    ['src/cli/table.ts', "import { findTokens } from '../db/tokens.ts';", '../db/tokens.ts'],
    ['src/web/page.tsx', "const page = <p />;\nimport '../graphql/schema.ts';", '../graphql/schema.ts'],
    ['src/simulator/site.ts', "import { expiryOf } from '../domain/expiry.ts';", '../domain/expiry.ts'],
    ['src/main.ts', "import { openApp } from './app.ts';", './app.ts'],
    ['src/app.ts', "import { handClock } from '../test/support/clock.ts';", '../test/support/clock.ts'],
    ['src/app.ts', "import { z } from 'zod';", 'zod'],
    ['migrations/0009-late.ts', "import '../src/domain/token/expiry.ts';", '../src/domain/token/expiry.ts'],
  ])('%s with `%s` breaks the table', (file, text, imported) => {
    expect(forbiddenImports(one(file, text))).toEqual([`${file} imports ${imported}`]);
  });

  test('a folder that the table does not know is reported', () => {
    expect(forbiddenImports(one('src/helpers/text.ts', ''))).toEqual([
      'src/helpers/text.ts lies in a part that the table does not know',
    ]);
  });

  test('a door between two rooms that should be shut is reported, and a room that nobody knows', () => {
    const runs = '../runs/live-run.ts';
    expect([
      forbiddenDoors(one('src/services/audit/audit.ts', `import type { LiveRun } from '${runs}';`)),
      forbiddenDoors(one('src/services/generation/jobs.ts', `import type { LiveRun } from '${runs}';`)),
      forbiddenDoors(one('src/services/helpers/text.ts', '')),
    ]).toEqual([
      ['src/services/audit/audit.ts imports ../runs/live-run.ts'],
      [],
      ['src/services/helpers/text.ts lies in a room that the table does not know'],
    ]);
  });

  test('an import that stands in a comment or in a text is none', () => {
    const text = "// import 'kysely';\nexport const page = `import('kysely'); fetch('/'); console.log(1);`;";
    const sources = one('src/simulator/page.ts', text);
    expect([forbiddenImports(sources), fetching(sources), printing(sources)]).toEqual([[], [], []]);
  });

  test('a circle is named once, also one of types and re-exports', () => {
    const sources = new Map([
      ['src/domain/a.ts', "import type { B } from './b.ts';"],
      ['src/domain/b.ts', "export * from './c.ts';"],
      ['src/domain/c.ts', "export const load = () => import('./a.ts');"],
      ['src/domain/d.ts', "import './a.ts';\nimport './d.ts';"],
    ]);
    expect(circles(sources)).toEqual([
      'src/domain/a.ts → src/domain/b.ts → src/domain/c.ts → src/domain/a.ts',
      'src/domain/d.ts → src/domain/d.ts',
    ]);
  });

  test.each([
    "await fetch('https://api.upstox.com');",
    "globalThis.fetch('https://api.upstox.com');",
    'const { send = fetch } = options;',
    'const client = { fetch };',
    'poll(fetch);',
  ])('`%s` outside of the broker folder is reported', (text) => {
    expect(fetching(one('src/services/poll.ts', text))).toEqual(['src/services/poll.ts']);
    expect(fetching(one('src/broker/poll.ts', text))).toEqual([]);
  });

  test.each(['app.fetch(request);', 'const handler = { fetch: answer };', 'interface App { fetch: Answer }'])(
    '`%s` is a handler of our own, not a request to another host',
    (text) => {
      expect(fetching(one('src/services/poll.ts', text))).toEqual([]);
    },
  );

  test('a selector, a console and a stranger are reported', () => {
    expect(selecting(one('src/services/page.ts', "const field = '#mobileNum';"))).toHaveLength(1);
    expect(printing(one('src/cli/table.ts', 'console.table([]);'))).toHaveLength(1);
    expect(printing(one('src/cli/table.ts', 'const print = globalThis.console;'))).toHaveLength(1);
    expect(strangers(['notes', 'notes.md', 'src', '.ci', 'vitest.config.ts', 'vega_trade.db-wal'])).toEqual([
      'notes',
      'notes.md',
    ]);
  });
});
