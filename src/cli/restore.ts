import path from 'node:path';
import { restoreDatabase } from '../app.ts';
import { readConfig } from '../config.ts';
import { type Command, EXIT } from './command.ts';

export const restore: Command = {
  name: 'restore',
  summary:
    'Put a backup in the place of the database; what lay there is set aside. Stop every vega-auth first.',
  options: [{ flags: '--from <file>', description: 'The backup; the newest good one if left out.' }],
  run: async ({ env, workingDirectory, out }, { from }) => {
    const wanted = from === undefined ? null : path.resolve(workingDirectory, from);
    const restored = await restoreDatabase(readConfig(env), workingDirectory, wanted);
    out.write(`Restored from ${restored.from}.\n`);
    if (restored.setAside !== null) out.write(`What lay there before is ${restored.setAside}.\n`);
    out.write(
      `${restored.tokens} newer tokens were taken over from it. Run vega-auth serve and look at the status.\n`,
    );
    return EXIT.ALL_VALID;
  },
};
