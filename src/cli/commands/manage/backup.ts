import type { Command } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { asking } from '../setup/asking.ts';

export const backup: Command = {
  name: 'backup',
  summary:
    'Copy the database into .vega/backups beside it, also while a server uses it; the newest seven stay.',
  options: [JSON_OPTION],
  run: asking(
    (client) => client.backUpDatabase(),
    ({ name, bytes }) => [
      `Backup ${name} made, ${bytes} bytes. Tokens lie sealed in it: keep .vega/master.key, too.`,
    ],
  ),
};
