import { VegaError } from '../sdk/vega-error.ts';
import { EXIT, type Terminal } from './command.ts';
import { PROGRAM } from './commands.ts';
import { serverUrl } from './connection/probe.ts';
import { readEnvironment } from './environment.ts';
import { exitOfRefusal } from './exit-code.ts';
import { parse, parserExitCode } from './parser.ts';
import { printJson } from './terminal/print.ts';
import { inCommands } from './view/command-words.ts';
import { adviceForAll, configErrorIn } from './view/config-advice.ts';
import { fileErrorOf } from './view/file-error.ts';
import { visibleLines } from './view/visible.ts';

/** Runs one command line and answers its exit code; everything that goes wrong becomes one message on standard error. */
export const runCommandLine = async (
  args: readonly string[],
  given: Partial<Terminal> = {},
): Promise<number> => {
  const workingDirectory = given.workingDirectory ?? process.cwd();
  const err = given.err ?? process.stderr;
  try {
    let env = given.env;
    const terminal: Terminal = {
      // Help and version need neither `.env` nor standard input: both are read by the command that uses them.
      get env() {
        env ??= readEnvironment(workingDirectory);
        return env;
      },
      workingDirectory,
      get input() {
        return given.input ?? process.stdin;
      },
      out: given.out ?? process.stdout,
      err,
      signal: given.signal ?? stopSignal(),
    };
    return await parse(PROGRAM, args, terminal).catch((error: unknown) => {
      if (!(error instanceof VegaError)) throw error;
      return printRefusal(terminal, error, args.includes('--json'));
    });
  } catch (error) {
    const exitCode = parserExitCode(error);
    if (exitCode !== null) return exitCode === 0 ? EXIT.ALL_VALID : EXIT.FATAL;
    for (const line of linesOf(error)) err.write(`${visibleLines(line)}\n`);
    return EXIT.FATAL;
  }
};

/** What went wrong, and what to do where that is known. */
const linesOf = (error: unknown): readonly string[] => {
  const file = fileErrorOf(error);
  if (file !== null) return [`vega-auth: ${file.message}`, file.nextAction];
  const said = `vega-auth: ${error instanceof Error ? error.message : String(error)}`;
  const config = configErrorIn(error);
  return config === null ? [said] : [said, adviceForAll(config.problems)];
};

/** The API has refused: in its own words, with what to do. */
const printRefusal = (terminal: Terminal, error: VegaError, isJson: boolean): number => {
  const { code, message, nextAction } = error;
  if (error.status === 401) {
    terminal.err.write(
      `vega-auth: The server on ${serverUrl(terminal.env)} refuses the key. Run this in the server's folder, or set VEGA_OPERATOR_KEY to its key.\n`,
    );
    return EXIT.FATAL;
  }
  if (isJson) printJson(terminal, { error: { code, message, nextAction } });
  terminal.err.write(`vega-auth: ${inCommands([message, nextAction].filter(Boolean).join(' '))}\n`);
  return exitOfRefusal(code);
};

/** The first Ctrl-C asks for an orderly end, and so does a reader who has gone; a second one ends at once. */
const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.stdout.on('error', () => controller.abort());
  return controller.signal;
};
