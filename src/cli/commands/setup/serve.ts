import { type Command, EXIT } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { printJsonLine } from '../../terminal/print.ts';
import { untilStopped } from '../../terminal/until-stopped.ts';

export const serve: Command = {
  name: 'serve',
  summary:
    'Start the server: the operator page, the GraphQL API and GraphiQL on 127.0.0.1:28020 (VEGA_HOST, VEGA_PORT).',
  options: [{ ...JSON_OPTION, description: 'Print address and link as one line of JSON.' }],
  run: async (terminal, { json }) => {
    const { env, workingDirectory, out, signal } = terminal;
    const [{ openApp }, { readConfig }] = await Promise.all([
      import('../../../app.ts'),
      import('../../../config.ts'),
    ]);
    await using app = await openApp(readConfig(env), { workingDirectory });
    const { url } = await app.listen();
    app.beginSchedules();
    app.beginForecasts();
    app.beginProbes();
    const link = `${url}${app.issueLoginPath()}`;
    if (json === true) printJsonLine(terminal, { url, link });
    else {
      out.write(`vega-auth is listening on ${url}\n`);
      out.write(`Open ${link} in a browser; the link works once.\n`);
    }
    await untilStopped(signal);
    if (json !== true) out.write('Stopping.\n');
    return EXIT.ALL_VALID;
  },
};
