import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listing } from '../recipes/listings.ts';
import { built } from '../support/built.ts';
import { openFolder } from '../support/folder.ts';
import { needBinaries } from '../support/postgres/binaries.ts';
import { Program } from '../support/program.ts';
import { environmentOf, openBroker, readText } from '../support/test-app.ts';
import { furnish, makeSecrets, startPostgres } from './cluster-desk.ts';

const { postgres } = needBinaries();
/** The tools may lie beside the server, or on the PATH. */
const PATH = `${path.dirname(postgres)}:${process.env.PATH}`;

const majorOf = (program: string): number => {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', env: { PATH } });
  return Number(/\d+/.exec(stdout ?? '')?.[0] ?? 0);
};

/** The lines of a listing that go to PostgreSQL, as they run on its machine. */
const onServer = (name: string): string =>
  listing(name)
    .split('\n')
    .filter((line) => line.includes(' exec -T postgres '))
    .join('\n')
    .replaceAll('docker compose exec -T postgres ', '');

/** An older one refuses a newer server; the npm package with the server has none. */
const needDump = (): void => {
  if (majorOf('pg_dump') < majorOf(postgres))
    throw new Error(
      `This test needs pg_dump, version ${majorOf(postgres)} or later: install \`postgresql-client\` with your package manager.`,
    );
};

test('the commands of the documents bring an older copy back, whose audit is whole once the head is removed', async () => {
  needDump();
  using folder = openFolder();
  const secrets = path.join(folder.directory, 'secrets');
  await using broker = await openBroker();
  makeSecrets(secrets, environmentOf(broker, 1));
  await using server = await startPostgres(secrets);
  const place = { secrets, main: await built('src/main.ts'), port: server.port };
  await using program = new Program(place.main);
  const env = furnish(program, 'worker-1', place);
  const run = async (...args: string[]) => {
    const { code, out, err } = await program.run(args, env);
    expect([args, code, code === 0 ? '' : err]).toEqual([args, 0, '']);
    return out;
  };
  const tool = (commands: string) =>
    execFileSync('sh', ['-euc', commands], {
      cwd: folder.directory,
      env: {
        PATH,
        PGHOST: '127.0.0.1',
        PGPORT: String(server.port),
        PGPASSWORD: readText(secrets, 'postgres-password'),
      },
    });

  await run('keys', 'create', 'before', '--role', 'VIEWER');
  tool(onServer('container-cluster-backup'));
  await run('keys', 'create', 'after', '--role', 'VIEWER');
  tool(onServer('container-cluster-restore'));
  const [remove = ''] = /rm \$one -f \.vega\/postgres\.head/.exec(listing('container-cluster-restore')) ?? [];
  execFileSync('sh', ['-c', remove.replace('$one ', '')], { cwd: program.directory });

  const keys = await run('keys', 'list');
  expect([keys.includes('before'), keys.includes('after')]).toEqual([true, false]);
  await run('keys', 'create', 'anew', '--role', 'VIEWER');
  expect(await run('audit', '--verify')).toContain('whole');
});
