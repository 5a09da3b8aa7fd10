import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

const common: UserConfig = {
  format: 'esm',
  fixedExtension: false,
  platform: 'node',
  target: 'node20',
  dts: false,
  // In a file of its own: beside other code, files that need it and that code would import each other in a circle.
  outputOptions: { codeSplitting: { groups: [{ name: 'runtime', test: /rolldown\/runtime/ }] } },
};

/** Our own code alone; npm installs the packages that it imports. */
const unbundled = { skipNodeModulesBundle: true };

/** Compiled for this machine, larger than all others together, or not needed by a desk of one machine. */
const NEVER_BUNDLED =
  /^(?:better-sqlite3|playwright|pg|graphile-worker|@graphql-yoga\/render-graphiql)(?:\/|$)/;

/** The folder of the package that a module belongs to; null for our own. */
const packageOf = (id: string): string | null =>
  /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? null;

/** What the licence of a package asks to be passed on with its code. */
const noticeOf = (folder: string): string => {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return [`## ${name} - ${version} (${license})`, ...texts].join('\n\n');
};

/** What a server consists of, built apart from the command line. */
const SERVER_ENTRIES = { app: 'src/app.ts', config: 'src/config.ts', demo: 'src/demo.ts' };

/** The commands that stay up. */
const SERVERS = ['serve', 'work', 'demo'].map((name) =>
  path.join(import.meta.dirname, `src/cli/commands/setup/${name}.ts`),
);

const NO_PROGRAMS = '\0no-programs';

/** A command ends in less time than it takes to find and load 600 files, so it has its packages in one. */
const commandLine: UserConfig = {
  ...common,
  entry: { main: 'src/main.ts' },
  // Less text to read; names stay, for whoever reads a stack.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  // Packages that ship both: of their ES modules only what is used is loaded.
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  deps: { alwaysBundle: (id) => !NEVER_BUNDLED.test(id), onlyBundle: false },
  plugins: [
    {
      name: 'server-apart',
      // What stays up runs from the packages as they are installed.
      resolveId: (id: string, importer = '') => {
        if (!SERVERS.includes(importer)) return null;
        const name = Object.keys(SERVER_ENTRIES).find(
          (entry) =>
            path.resolve(path.dirname(importer), id) === path.join(import.meta.dirname, `src/${entry}.ts`),
        );
        return name === undefined ? null : { id: `./${name}.js`, external: true };
      },
    },
    {
      name: 'no-programs-as-commands',
      // Commander could start programs as its commands; none of ours is one, and loading what starts them takes a while.
      resolveId: (id: string, importer?: string) =>
        id === 'node:child_process' && /\/node_modules\/commander\//.test(importer ?? '')
          ? NO_PROGRAMS
          : null,
      load: (id: string) => (id === NO_PROGRAMS ? 'export {};' : null),
    },
    {
      name: 'licences',
      generateBundle(_options, bundle) {
        const ids = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
        const folders = new Set(ids.map(packageOf).filter((folder) => folder !== null));
        const source = `${[...folders].sort().map(noticeOf).join('\n\n')}\n`;
        this.emitFile({ type: 'asset', fileName: 'third-party.md', source });
      },
    },
  ],
};

export default defineConfig([
  commandLine,
  {
    ...common,
    entry: SERVER_ENTRIES,
    deps: unbundled,
  },
  {
    ...common,
    entry: { sdk: 'src/sdk/index.ts' },
    platform: 'neutral',
    target: 'es2022',
    dts: true,
    deps: unbundled,
  },
]);
