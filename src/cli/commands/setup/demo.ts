import { type Command, EXIT, textOf } from '../../command.ts';
import { executeRun, printEnd } from '../../connection/execute-run.ts';
import { openLogFile } from '../../terminal/log-file.ts';
import { printLines } from '../../terminal/print.ts';
import { untilStopped } from '../../terminal/until-stopped.ts';
import { renderTokens } from '../../view/lists.ts';
import { lookOf } from '../../view/look.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'Rehearse with a simulated broker: six tokens through a real browser, then the server stays up.',
  options: [
    {
      flags: '--scenario <name>',
      description: 'How the broker behaves.',
      choices: async () => (await import('../../../demo.ts')).SCENARIO_NAMES,
    },
  ],
  examples: [{ line: 'vega-auth demo --scenario throttled', says: 'a bad morning' }],
  run: async (terminal, given) => {
    const { env, workingDirectory, out, signal } = terminal;
    const scenario = textOf(given.scenario) ?? 'happy';
    const [{ openDemo }, { createVegaClient }] = await Promise.all([
      import('../../../demo.ts'),
      import('../../../sdk/index.ts'),
    ]);
    using logFile = openLogFile(terminal);
    const options = { workingDirectory, scenario, logTo: logFile ?? undefined };
    await using session = await openDemo(env, options);
    const { app, server, broker } = session;
    out.write(
      `A simulated broker answers on ${broker.url} (scenario ${scenario}); no real account is touched.\n` +
        `The operator page, by a link that works once:\n\n  ${server.url}${app.issueLoginPath()}\n\n`,
    );
    const client = createVegaClient({ url: server.url, key: app.operatorKey });
    const begun = await client.generateTokens({ mode: 'ALL', replaceValid: true, includeUnknown: true });
    const connection = {
      client,
      serverUrl: null,
      place: server.url,
      [Symbol.asyncDispose]: async () => undefined,
    };
    const run = await executeRun(connection, terminal, begun, { isOurs: true, isShown: true });
    printEnd(terminal, run);
    if (signal.aborted) return EXIT.SOME_MISSING;
    out.write('\n');
    printLines(terminal, renderTokens(await client.tokens(), lookOf(terminal)));
    out.write('\nThe server stays up for the operator page. Ctrl-C stops everything.\n');
    await untilStopped(signal);
    return run.status === 'COMPLETED' ? EXIT.ALL_VALID : EXIT.SOME_MISSING;
  },
};
