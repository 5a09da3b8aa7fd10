import { CommanderError, Option, Command as Parser } from 'commander';
import { ConfigError } from '../config.ts';
import { backup } from './backup.ts';
import { type Command, EXIT, type Terminal } from './command.ts';
import { demo } from './demo.ts';
import { readEnvironment } from './environment.ts';
import { restore } from './restore.ts';
import { serve } from './serve.ts';

/** Every command, in the order in which `--help` lists them. */
const COMMANDS: readonly Command[] = [serve, backup, restore, demo];

/** Runs one command line and answers its exit code; everything that goes wrong becomes one message on standard error. */
export const runCommandLine = async (
  args: readonly string[],
  given: Partial<Terminal> = {},
): Promise<number> => {
  const workingDirectory = given.workingDirectory ?? process.cwd();
  const err = given.err ?? process.stderr;
  try {
    const terminal: Terminal = {
      env: given.env ?? readEnvironment(workingDirectory),
      workingDirectory,
      out: given.out ?? process.stdout,
      err,
      signal: given.signal ?? stopSignal(),
    };
    return await parse(args, terminal);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ALL_VALID : EXIT.FATAL;
    err.write(`vega-auth: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof ConfigError)
      err.write('Set these variables in the environment or in .env; nothing was started.\n');
    return EXIT.FATAL;
  }
};

const parse = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  let exitCode: number = EXIT.ALL_VALID;
  const parser = new Parser('vega-auth')
    .description('Fresh Upstox access tokens every trading day.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
    })
    .showHelpAfterError('Run vega-auth --help for the commands there are.');
  for (const command of COMMANDS) {
    const entry = parser.command(command.name).description(command.summary);
    for (const { flags, description, choices } of command.options) {
      const option = new Option(flags, description);
      entry.addOption(choices === undefined ? option : option.choices([...choices]));
    }
    entry.action(async (options: Record<string, string>) => {
      exitCode = await command.run(terminal, options);
    });
  }
  await parser.parseAsync([...args], { from: 'user' });
  return exitCode;
};

/** The first Ctrl-C asks for an orderly end; a second one ends at once. */
const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.FATAL);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
};
