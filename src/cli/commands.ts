import { abort } from './abort.ts';
import { accounts } from './accounts.ts';
import { apis } from './apis.ts';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import type { Command } from './command.ts';
import { completionOf } from './completion.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { expiry } from './expiry.ts';
import { generate } from './generate.ts';
import { init } from './init.ts';
import { keys } from './keys.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { root } from './root.ts';
import { serve } from './serve.ts';
import { setup } from './setup.ts';
import { status } from './status.ts';
import { watch } from './watch.ts';

/** Every command, in the order in which `--help` lists them. */
const COMMANDS: readonly Command[] = [
  ...[serve, status, generate, resume, abort, expiry, audit, watch],
  ...[accounts, apis, keys, init, setup, doctor, backup, restore, demo],
];

/** The whole command line: what `vega-auth` does alone, and everything below it. */
export const PROGRAM: Command = {
  ...root,
  commands: [...COMMANDS, completionOf({ ...root, commands: COMMANDS })],
};
