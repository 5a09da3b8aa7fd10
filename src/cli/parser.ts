import { Argument, CommanderError, InvalidArgumentError, Option, Command as Parser } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Choices, Command, CommandArgument, CommandOption, Given, Terminal } from './command.ts';
import { visibleLines } from './view/visible.ts';

/** Parses one command line and runs the command that it names; answers its exit code. */
export const parse = async (
  program: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  let exitCode = 0;
  const run = async (command: Command, given: Given) => {
    exitCode = (await command.run?.(terminal, given)) ?? 0;
  };
  // Commands below take these settings over when they are made.
  const parser = new Parser(program.name)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(visibleLines(text)),
      getOutHelpWidth: () => terminal.out.columns ?? 100,
    })
    .enablePositionalOptions()
    .version(packageJson.version, '--version', 'Print the version.')
    .helpCommand('help [command]', 'Show what a command does and takes.')
    .showHelpAfterError('Run vega-auth --help for the commands there are.');
  await build(parser, program, args, run);
  await parser.parseAsync([...args], { from: 'user' });
  return exitCode;
};

type Run = (command: Command, given: Given) => Promise<void>;

/** `group` is the parser of the commands among which a word may be meant that nothing else takes; null for none. */
const build = async (
  parser: Parser,
  command: Command,
  args: readonly string[],
  run: Run,
  group: Parser | null = command.commands === undefined ? null : parser,
): Promise<void> => {
  parser.description(command.summary);
  for (const argument of command.arguments ?? []) parser.addArgument(await toArgument(argument));
  for (const option of command.options ?? []) parser.addOption(await toOption(option));
  if (command.examples !== undefined) parser.addHelpText('after', examplesOf(command));
  if (command.commands !== undefined)
    parser.addHelpText('before', () => {
      refuseMistyped(parser);
      return '';
    });
  const [first] = command.commands ?? [];
  for (const below of command.commands ?? []) {
    const isNamed = args.includes(below.name);
    const isDefault = command.run === undefined && below === first;
    const entry = parser.command(below.name, { isDefault });
    // Most of a command takes building, and its choices loading, only where it is the one that is named.
    await build(
      entry,
      isNamed || isDefault ? below : outlineOf(below),
      args,
      run,
      isDefault ? parser : undefined,
    );
  }
  if (command.run !== undefined) {
    const names = (command.arguments ?? []).map(({ name }) => name.replace(/[<>[\].]/g, ''));
    // What follows a mistyped command is not this command's: the mistake to name is the first word.
    if (group !== null) parser.allowExcessArguments().allowUnknownOption();
    parser.action(async (...given: unknown[]) => {
      if (group !== null && parser.args.length > names.length)
        refuseStrays(group, parser.args, parser.options);
      const values = Object.fromEntries(names.map((name, index) => [name, given[index]]));
      await run(command, { ...parser.optsWithGlobals(), ...values } as Given);
    });
  }
};

/** Commander names and suggests commands only where the group itself does nothing, so such a group says it. */
const refuseStrays = (group: Parser, args: readonly string[], options: readonly Option[] = []): void => {
  const strict = new Parser(group.name()).copyInheritedSettings(group);
  for (const option of options) strict.addOption(option);
  for (const below of group.commands) strict.command(below.name());
  strict.parse([...args], { from: 'user' });
};

/** The help of a command that does not exist would be that of its group, as if nothing were wrong. */
const refuseMistyped = (group: Parser): void => {
  const [first, second] = group.args;
  const named = first === 'help' ? second : first;
  if (named === undefined || named === 'help' || named.startsWith('-')) return;
  if (group.commands.every((below) => below.name() !== named)) refuseStrays(group, [named]);
};

/** What the list of commands shows. */
const outlineOf = ({ name, summary, arguments: given = [], options = [] }: Command): Command => ({
  name,
  summary,
  arguments: given.map(({ choices: _, ...argument }) => argument),
  options: options.map(({ choices: _, ...option }) => option),
});

const toOption = async (given: CommandOption): Promise<Option> => {
  const { flags, description, choices, isNumber, isRequired } = given;
  const option = new Option(flags, description).makeOptionMandatory(isRequired === true);
  if (isNumber === true) return option.argParser(wholeNumber);
  return choices === undefined ? option : option.choices([...(await known(choices))]);
};

/** The text stays a text; what is no number would otherwise be sent as nothing. */
const wholeNumber = (text: string): string => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It should be a whole number.');
  return text;
};

const toArgument = async ({ name, description, choices }: CommandArgument): Promise<Argument> => {
  const argument = new Argument(name, description);
  if (choices === undefined) return argument;
  const allowed = await known(choices);
  argument.choices([...allowed]);
  return argument.variadic ? argument.argParser(listOf(allowed)) : argument;
};

/** Several values are separated by blanks or by commas. */
const listOf =
  (allowed: readonly string[]) =>
  (text: string, before: readonly string[] = []): readonly string[] => {
    const values = text.split(',').map((value) => value.trim());
    const named = values.filter((value) => value !== '');
    if (named.some((value) => !allowed.includes(value)))
      throw new InvalidArgumentError(`Allowed choices are ${allowed.join(', ')}.`);
    return [...before, ...named.filter((value) => !before.includes(value))];
  };

const known = async (choices: Choices): Promise<readonly string[]> =>
  typeof choices === 'function' ? choices() : choices;

const examplesOf = ({ examples = [] }: Command): string => {
  const width = Math.max(...examples.map(({ line }) => line.length));
  return `\nExamples:\n${examples.map(({ line, says }) => `  ${line.padEnd(width)}  ${says}`).join('\n')}\n`;
};

/** What the parser throws where it has said everything already. */
export const parserExitCode = (error: unknown): number | null =>
  error instanceof CommanderError ? error.exitCode : null;
