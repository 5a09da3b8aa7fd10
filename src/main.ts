#!/usr/bin/env node
// Not a static import: in the build, files that share code with this one would import it from here.
void import('./cli/command-line.ts').then(async ({ runCommandLine }) => {
  process.exitCode = await runCommandLine(process.argv.slice(2));
});
