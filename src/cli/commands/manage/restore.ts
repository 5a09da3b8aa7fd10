import path from 'node:path';
import { type Command, EXIT, textOf } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { printJson } from '../../terminal/print.ts';
import { visible } from '../../view/visible.ts';

export const restore: Command = {
  name: 'restore',
  summary:
    'Put a backup in the place of the database; what lay there is set aside. Stop every vega-auth first.',
  options: [
    { flags: '--from <file>', description: 'The backup; the newest good one if left out.' },
    JSON_OPTION,
  ],
  examples: [{ line: 'vega-auth restore', says: 'when the start refuses a damaged database' }],
  run: async (terminal, { from, json }) => {
    const { env, workingDirectory, out } = terminal;
    const [{ restoreDatabase }, { readOwnSettings }] = await Promise.all([
      import('../../../app.ts'),
      import('../../../config.ts'),
    ]);
    const asked = textOf(from);
    const wanted = asked === undefined ? null : path.resolve(workingDirectory, asked);
    const restored = await restoreDatabase(readOwnSettings(env), workingDirectory, wanted);
    if (json === true) {
      printJson(terminal, restored);
      return EXIT.ALL_VALID;
    }
    out.write(`Restored from ${visible(restored.from)}.\n`);
    if (restored.setAside !== null) out.write(`What lay there before is ${visible(restored.setAside)}.\n`);
    out.write(
      `${restored.tokens} newer tokens were taken over from it. Run vega-auth serve and look at the status.\n`,
    );
    return EXIT.ALL_VALID;
  },
};
