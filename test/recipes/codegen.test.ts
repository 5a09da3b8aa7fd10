import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openTestApp } from '../support/test-app.ts';
import { listing } from './listings.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BIN = path.join(ROOT, 'node_modules/.bin');
const WRONG = "import { graphql } from './gql/gql';\ngraphql(`query Tokens`) satisfies number;\n";

test('documents are typed by the client preset from the package’s schema, and run', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.generate('mode: ALL');
  // Packages are looked for from where the listings lie.
  const folder = mkdtempSync(path.join(ROOT, 'node_modules/.codegen-'));
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const run = (program: string, ...args: string[]) =>
    promisify(execFile)(path.join(BIN, program), args, {
      cwd: folder,
      env: { ...process.env, VEGA_OPERATOR_KEY: testApp.app.operatorKey },
    });
  const options =
    '--ignoreConfig --noEmit --strict --skipLibCheck --module preserve --target es2022 --types node';
  const check = (...files: string[]) => run('tsc', ...options.split(' '), ...files);
  try {
    mkdirSync(path.join(folder, 'node_modules/vega-auth'), { recursive: true });
    const schema = 'schema.graphql';
    copyFileSync(path.join(ROOT, schema), path.join(folder, 'node_modules/vega-auth', schema));
    write('package.json', '{ "type": "module" }');
    write('codegen.ts', listing('codegen.ts'));
    write('tokens.ts', listing('tokens.ts').replace('http://127.0.0.1:28020', testApp.url));
    await run('graphql-codegen', '--config', 'codegen.ts');
    await check('tokens.ts', 'codegen.ts');
    write('wrong.ts', WRONG);
    await expect(check('wrong.ts')).rejects.toMatchObject({ stdout: expect.stringContaining('wrong.ts(2') });
    const { stdout } = await run('tsx', 'tokens.ts');
    expect(stdout).toMatch(/^PRIMARY VALID \d{4}-\d\d-\d\dT[\d:.]+Z\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
