import {
  type Command,
  EXIT,
  type Given,
  isInteractive,
  requiredText,
  type Terminal,
  textOf,
} from '../../command.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { askWhether } from '../../terminal/prompts.ts';
import { movedLines, progressLine } from '../../view/move.ts';
import { visible } from '../../view/visible.ts';

export const migrate: Command = {
  name: 'migrate',
  summary:
    'Carry the database over to an empty PostgreSQL database, or from there to a new SQLite file. Stop every vega-auth first.',
  options: [
    {
      flags: '--to <place>',
      description: 'postgres://user@host:5432/database, or the path of a new file.',
      isRequired: true,
    },
    {
      flags: '--from <place>',
      description: 'Left out: the file of the settings; for a way back, the database of VEGA_DATABASE_URL.',
    },
    { flags: '--yes', description: 'Without a question.' },
    { flags: '--json', description: 'Print what was carried over.' },
  ],
  examples: [
    { line: 'vega-auth migrate --to postgres://vega@db.lan/vega', says: 'the password from PGPASSWORD' },
    { line: 'vega-auth migrate --to vega_trade.back.db', says: 'and back' },
  ],
  run: async (terminal, given) => {
    try {
      return await run(terminal, given);
    } catch (error) {
      if (!terminal.signal.aborted || !(error instanceof Error)) throw error;
      terminal.err.write(`vega-auth: ${visible(error.message)}\n`);
      return EXIT.INTERRUPTED;
    }
  },
};

const run = async (terminal: Terminal, { from, to, yes, json }: Given): Promise<number> => {
  const { env, workingDirectory, signal } = terminal;
  const [{ migrateDatabase }, { readConfig }] = await Promise.all([
    import('../../../app.ts'),
    import('../../../config.ts'),
  ]);
  const request = { from: textOf(from) ?? null, to: requiredText(to) };
  const isQuiet = json === true;
  const moved = await migrateDatabase(readConfig(env), workingDirectory, request, {
    signal,
    confirm: async (source, target) => yes === true || isAgreed(terminal, source, target),
    onProgress: (progress) => {
      if (!isQuiet) printLines(terminal, progressLine(progress));
    },
  });
  if (moved === null) {
    terminal.err.write('vega-auth: Nothing was moved.\n');
    return EXIT.SOME_MISSING;
  }
  if (isQuiet) printJson(terminal, moved);
  else printLines(terminal, movedLines(moved));
  return EXIT.ALL_VALID;
};

/** Without a terminal nobody can be asked: it has to be said on the command line. */
const isAgreed = async (terminal: Terminal, source: string, target: string): Promise<boolean> => {
  const names = `${visible(source)} to ${visible(target)}`;
  if (isInteractive(terminal))
    return askWhether(terminal, `Move ${names}? The first one is not used any more afterwards.`);
  terminal.err.write(
    `vega-auth: This moves ${names}, and the first one is not used any more afterwards. Say --yes.\n`,
  );
  return false;
};
