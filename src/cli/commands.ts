import type { Command } from './command.ts';
import { abort } from './commands/abort.ts';
import { accounts } from './commands/accounts.ts';
import { apis } from './commands/apis.ts';
import { audit } from './commands/audit.ts';
import { backup } from './commands/backup.ts';
import { completionOf } from './commands/completion.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { expiry } from './commands/expiry.ts';
import { generate } from './commands/generate.ts';
import { init } from './commands/init.ts';
import { keys } from './commands/keys.ts';
import { login } from './commands/login.ts';
import { restore } from './commands/restore.ts';
import { resume } from './commands/resume.ts';
import { serve } from './commands/serve.ts';
import { setup } from './commands/setup.ts';
import { status } from './commands/status.ts';
import { watch } from './commands/watch.ts';
import { root } from './root.ts';

/** Every command, in the order in which `--help` lists them. */
const COMMANDS: readonly Command[] = [
  ...[serve, status, login, generate, resume, abort, expiry, audit, watch],
  ...[accounts, apis, keys, init, setup, doctor, backup, restore, demo],
];

/** The whole command line: what `vega-auth` does alone, and everything below it. */
export const PROGRAM: Command = {
  ...root,
  commands: [...COMMANDS, completionOf({ ...root, commands: COMMANDS })],
};
