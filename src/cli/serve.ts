import { openApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { type Command, EXIT } from './command.ts';
import { untilStopped } from './until-stopped.ts';

export const serve: Command = {
  name: 'serve',
  summary:
    'Start the server: the operator page, the GraphQL API and GraphiQL on 127.0.0.1:28020 (VEGA_HOST, VEGA_PORT).',
  options: [],
  run: async ({ env, workingDirectory, out, signal }) => {
    await using app = await openApp(readConfig(env), { workingDirectory });
    const server = await app.listen();
    out.write(`vega-auth is listening on ${server.url}\n`);
    out.write(`Open ${server.url}${app.issueLoginPath()} in a browser; the link works once.\n`);
    await untilStopped(signal);
    out.write('Stopping.\n');
    return EXIT.ALL_VALID;
  },
};
