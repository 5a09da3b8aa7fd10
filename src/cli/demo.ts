import { openDemo, SCENARIO_NAMES } from '../app.ts';
import {
  createVegaClient,
  GenerateTokensDocument,
  GenerationRunDocument,
  TokenProgressDocument,
  TokensDocument,
  type VegaClient,
} from '../sdk/index.ts';
import { type Command, EXIT, type Terminal } from './command.ts';
import { ProgressLine } from './progress-line.ts';
import { untilStopped } from './until-stopped.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'Rehearse with a simulated broker: six tokens through a real browser, then the server stays up.',
  options: [{ flags: '--scenario <name>', description: 'How the broker behaves.', choices: SCENARIO_NAMES }],
  run: async ({ env, workingDirectory, out, signal }, { scenario = 'happy' }) => {
    await using session = await openDemo(env, { workingDirectory, scenario });
    const { app, server, broker } = session;
    out.write(
      `A simulated broker answers on ${broker.url} (scenario ${scenario}); no real account is touched.\n`,
    );
    const client = createVegaClient({ url: server.url, key: app.operatorKey });
    const isWhole = await generate(client, out, signal);
    if (signal.aborted) return EXIT.SOME_MISSING;
    await showTokens(client, out);
    out.write(
      `\nOpen ${server.url}${app.issueLoginPath()} for the operator page; the link works once. Ctrl-C stops everything.\n`,
    );
    await untilStopped(signal);
    return isWhole ? EXIT.ALL_VALID : EXIT.SOME_MISSING;
  },
};

/** True when every token of the run was made. */
const generate = async (client: VegaClient, out: Terminal['out'], signal: AbortSignal): Promise<boolean> => {
  const progress = client.subscribe(TokenProgressDocument, {});
  signal.addEventListener('abort', () => void progress.return?.(), { once: true });
  const line = new ProgressLine(out);
  const { generateTokens: started } = await client.request(GenerateTokensDocument, {
    mode: 'ALL',
    replaceValid: true,
    includeUnknown: true,
  });
  for await (const { tokenProgress } of progress) {
    if (tokenProgress.runId !== started.id) continue;
    line.show(tokenProgress);
    const { generationRun: run } =
      tokenProgress.current === null
        ? await client.request(GenerationRunDocument, { id: started.id })
        : { generationRun: null };
    if (run === null || run.endedAt === null) continue;
    line.end();
    for (const step of run.steps) {
      if (step.failure !== null)
        out.write(
          `${step.apiName}: ${step.failure.code}. ${step.failure.message} ${step.failure.nextAction}\n`,
        );
    }
    return run.status === 'COMPLETED';
  }
  line.end();
  return false;
};

const showTokens = async (client: VegaClient, out: Terminal['out']): Promise<void> => {
  const { tokens } = await client.request(TokensDocument, {});
  out.write(`\n${'API'.padEnd(14)}${'VERDICT'.padEnd(10)}${'EXPIRES (IST)'.padEnd(21)}FINGERPRINT\n`);
  for (const token of tokens) {
    const expires = token.expiresAt === null ? '-' : inIst(new Date(token.expiresAt));
    out.write(
      `${token.apiName.padEnd(14)}${token.verdict.padEnd(10)}${expires.padEnd(21)}${token.fingerprint ?? '-'}\n`,
    );
  }
};

const inIst = (instant: Date): string =>
  instant.toLocaleString('sv-SE', { timeZone: 'Asia/Kolkata', dateStyle: 'short', timeStyle: 'medium' });
