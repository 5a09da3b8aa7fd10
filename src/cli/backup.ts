import { backUpDatabase } from '../app.ts';
import { readConfig } from '../config.ts';
import { type Command, EXIT } from './command.ts';

export const backup: Command = {
  name: 'backup',
  summary:
    'Copy the database into .vega/backups beside it, also while a server uses it; the newest seven stay.',
  options: [],
  run: async ({ env, workingDirectory, out }) => {
    const { name, bytes } = await backUpDatabase(readConfig(env), workingDirectory);
    out.write(`Backup ${name} made, ${bytes} bytes. Tokens lie sealed in it: keep .vega/master.key, too.\n`);
    return EXIT.ALL_VALID;
  },
};
