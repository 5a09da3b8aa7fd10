import type { Command } from './command.ts';
import { audit } from './commands/audit.ts';
import { canary } from './commands/canary.ts';
import { calendar } from './commands/days/calendar.ts';
import { schedule } from './commands/days/schedule.ts';
import { expiry } from './commands/expiry.ts';
import { accounts } from './commands/manage/accounts.ts';
import { alerts } from './commands/manage/alerts.ts';
import { apis } from './commands/manage/apis.ts';
import { backup } from './commands/manage/backup.ts';
import { keys } from './commands/manage/keys.ts';
import { migrate } from './commands/manage/migrate.ts';
import { restore } from './commands/manage/restore.ts';
import { roles } from './commands/manage/roles.ts';
import { probe } from './commands/probe.ts';
import { queue } from './commands/queue.ts';
import { ready } from './commands/ready.ts';
import { report } from './commands/report.ts';
import { abort } from './commands/run/abort.ts';
import { acceptPartial } from './commands/run/accept-partial.ts';
import { generate } from './commands/run/generate.ts';
import { login } from './commands/run/login.ts';
import { logout } from './commands/run/logout.ts';
import { resume } from './commands/run/resume.ts';
import { completionOf } from './commands/setup/completion.ts';
import { demo } from './commands/setup/demo.ts';
import { doctor } from './commands/setup/doctor.ts';
import { init } from './commands/setup/init.ts';
import { serve } from './commands/setup/serve.ts';
import { setup } from './commands/setup/setup.ts';
import { supportBundle } from './commands/setup/support-bundle.ts';
import { work } from './commands/setup/work.ts';
import { status } from './commands/status.ts';
import { watch } from './commands/watch.ts';
import { root } from './root.ts';

/** Every command, in the order in which `--help` lists them. */
const COMMANDS: readonly Command[] = [
  ...[serve, work, status, ready, probe, login, generate, resume, abort, acceptPartial, logout],
  ...[queue, expiry, audit, report, watch],
  ...[schedule, calendar, canary],
  ...[
    accounts,
    apis,
    roles,
    keys,
    alerts,
    init,
    setup,
    doctor,
    supportBundle,
    backup,
    restore,
    migrate,
    demo,
  ],
];

/** The whole command line: what `vega-auth` does alone, and everything below it. */
export const PROGRAM: Command = {
  ...root,
  commands: [...COMMANDS, completionOf({ ...root, commands: COMMANDS })],
};
