import { type Command, EXIT } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { printJsonLine } from '../../terminal/print.ts';
import { untilStopped } from '../../terminal/until-stopped.ts';

const NEEDS_SERVER =
  'is not set; without PostgreSQL the one server (vega-auth serve) executes its runs itself.';

export const work: Command = {
  name: 'work',
  summary:
    'Execute the runs of a PostgreSQL database (VEGA_DATABASE_URL) with the one browser of this machine; start it on as many machines as needed.',
  options: [
    { ...JSON_OPTION, description: 'Print how many accounts it works for at once as one line of JSON.' },
  ],
  run: async (terminal, { json }) => {
    const { env, workingDirectory, out, signal } = terminal;
    const [{ openApp }, { ConfigError, readConfig }] = await Promise.all([
      import('../../../app.ts'),
      import('../../../config.ts'),
    ]);
    const config = readConfig(env);
    if (config.databaseUrl === null)
      throw new ConfigError([{ variable: 'VEGA_DATABASE_URL', message: NEEDS_SERVER }]);
    await using app = await openApp(config, { workingDirectory, isWorker: true });
    const concurrency = config.workerConcurrency;
    app.beginWork(concurrency);
    if (json === true) printJsonLine(terminal, { concurrency });
    else
      out.write(`vega-auth takes runs from ${app.parts.databaseLabel}, ${concurrency} accounts at once.\n`);
    await untilStopped(signal);
    if (json !== true) out.write('Stopping; a login under way is finished first.\n');
    return EXIT.ALL_VALID;
  },
};
