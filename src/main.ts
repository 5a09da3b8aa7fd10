#!/usr/bin/env node
import { keepCompiledCode } from './cli/compiled-code.ts';

if (import.meta.filename.endsWith('.cjs')) keepCompiledCode(import.meta.dirname);

void import('./cli/command-line.ts').then(async ({ runCommandLine }) => {
  process.exitCode = await runCommandLine(process.argv.slice(2));
});
