import type { ConfigProblem, Env } from '../../../config.ts';
import { type Command, EXIT, isInteractive, type Terminal } from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { serverUrl } from '../../connection/probe.ts';
import { appendToEnvFile, closeToOthers, type EnvFile, isWritable, readEnvFile } from '../../env-file.ts';
import { printLines } from '../../terminal/print.ts';
import { askWhether } from '../../terminal/prompts.ts';
import { readLines } from '../../terminal/standard-input.ts';
import { renderSchedule } from '../../view/days.ts';
import { renderKept, renderNext, renderProblems, renderStored, renderWritten } from '../../view/init.ts';
import { lookOf } from '../../view/look.ts';
import { type Answers, askAccount } from './account-questions.ts';
import { doctor } from './doctor.ts';

const SOURCES = ['LOGIN_CONFIG_SOURCE', 'UPSTOX_CONFIG_SOURCE'] as const;
const APP = /^UPSTOX_(?:CLIENT_ID|CLIENT_SECRET|API_NAME)_\d+$/;
const ACCOUNT = /^UPSTOX_(?:MOBILE_NUMBER|PIN|TOTP|TOTP_COMMAND|REDIRECT_URI|NOTIFIER_WEBHOOK_URI)$/;

const isAsked = (name: string): boolean => ACCOUNT.test(name) || APP.test(name);
const isGiven = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

export const init: Command = {
  name: 'init',
  summary:
    'Set up a real account: ask for what it needs, write .env for your eyes only, examine it, say what to register at the broker.',
  options: [
    { flags: '--database', description: 'Keep the API apps in the database, sealed, instead of in .env.' },
  ],
  examples: [
    { line: 'vega-auth init', says: 'asks; secrets are not shown' },
    { line: 'vega-auth init < account.txt', says: 'from lines such as UPSTOX_PIN=…, or the environment' },
  ],
  run: async (terminal, { database }) => {
    const file = readEnvFile(terminal.workingDirectory);
    const rules = await loadRules();
    const source = sourceOf(terminal.env, file, database === true, rules);
    const given = source.problem === null ? await gather(terminal, file, source, rules) : [source.problem];
    if (given === null) return leave(terminal, [], EXIT.SOME_MISSING);
    if (isProblems(given)) return leave(terminal, given, EXIT.FATAL);

    const kept = Object.fromEntries(
      Object.entries({ ...source.variables, ...given }).filter(
        ([name]) => !(source.isDatabase && APP.test(name)),
      ),
    );
    printWritten(terminal, file, kept);
    const after = { ...terminal, env: { ...terminal.env, ...kept } };
    if (source.isDatabase) await storeApps(after, given, rules);

    const exitCode = (await doctor.run?.(after, {})) ?? EXIT.ALL_VALID;
    if (exitCode !== EXIT.FATAL && isInteractive(terminal)) await offerSchedule(after);
    const { redirectUri, notifierWebhookUri } = rules.read(after.env);
    const server = serverUrl(after.env);
    printLines(
      terminal,
      renderNext(
        { redirectUri, notifierWebhookUri, server, isSound: exitCode !== EXIT.FATAL },
        lookOf(terminal),
      ),
    );
    return exitCode;
  },
};

/** The rules for the environment, which take a moment to load. */
const loadRules = async () => {
  const { ConfigError, readConfig, toConfigSource } = await import('../../../config.ts');
  const problemsOf = (env: Env): readonly ConfigProblem[] => {
    try {
      readConfig(env);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  };
  return { read: readConfig, problemsOf, toConfigSource };
};

type Rules = Awaited<ReturnType<typeof loadRules>>;

interface Source {
  readonly isDatabase: boolean;
  /** What has to be written down about it. */
  readonly variables: Answers;
  readonly problem: ConfigProblem | null;
}

/** Where the apps are to be kept. What is set already is not turned over. */
const sourceOf = (
  env: Env,
  { values }: EnvFile,
  wantsDatabase: boolean,
  { toConfigSource }: Rules,
): Source => {
  const isSet = { isDatabase: true, variables: {}, problem: null };
  const isToBeSet = { ...isSet, variables: { LOGIN_CONFIG_SOURCE: 'DATABASE' } };
  const name = SOURCES.find((each) => isGiven(env[each]));
  if (name === undefined) return wantsDatabase ? isToBeSet : { ...isSet, isDatabase: false };
  const isDatabase = toConfigSource(env[name] ?? '') === 'DATABASE';
  if (isDatabase) return isGiven(values[name]) ? isSet : isToBeSet;
  const problem = { variable: name, message: 'should be DATABASE for --database; change it where it is set' };
  return { isDatabase, variables: {}, problem: wantsDatabase ? problem : null };
};

/** New variables, or what is wrong with them; null when somebody has had enough. */
const gather = async (
  terminal: Terminal,
  file: EnvFile,
  source: Source,
  rules: Rules,
): Promise<Answers | readonly ConfigProblem[] | null> => {
  const env = { ...terminal.env, ...source.variables };
  const taken = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        isAsked(entry[0]) && isGiven(entry[1]) && !isGiven(file.values[entry[0]]),
    ),
  );
  printLines(
    terminal,
    renderKept(
      Object.keys(file.values).filter((name) => isGiven(file.values[name])),
      Object.keys(taken),
      lookOf(terminal),
    ),
  );

  const isAnswerable = ({ variable }: ConfigProblem) => isAsked(variable) && !isGiven(env[variable]);
  const wrong = rules.problemsOf(env).filter((problem) => !isAnswerable(problem));
  if (isInteractive(terminal)) {
    if (wrong.length > 0) return placed(wrong, env, file);
    const asked = await askAccount(terminal, {
      known: env,
      mayHaveNoApps: source.isDatabase && file.text !== null,
      problemOf: (variable, value, answers) =>
        rules.problemsOf({ ...env, ...answers, [variable]: value }).find((each) => each.variable === variable)
          ?.message ?? unwritable(value),
    });
    return asked && { ...taken, ...asked };
  }

  const lines = await readLines(terminal);
  const problems = [
    ...strangers(lines, env),
    ...placed(rules.problemsOf({ ...env, ...lines }), env, file),
    ...Object.entries({ ...taken, ...lines }).flatMap(([variable, value]) => {
      const message = unwritable(value);
      return message === undefined ? [] : [{ variable, message }];
    }),
  ];
  if (problems.length > 0) return problems;
  return { ...taken, ...Object.fromEntries(Object.entries(lines).filter(([name]) => !isGiven(env[name]))) };
};

const unwritable = (value: string): string | undefined =>
  isWritable(value) ? undefined : 'holds characters that .env cannot hold; set it in the environment instead';

/** Lines that nothing here asks for, and those that contradict what is set. */
const strangers = (lines: Answers, env: Env): readonly ConfigProblem[] =>
  Object.entries(lines).flatMap(([variable, value]) => {
    if (!isAsked(variable)) {
      return [
        { variable, message: 'is nothing that init writes; put it into .env by hand, or leave it out' },
      ];
    }
    if (!isGiven(env[variable]) || env[variable]?.trim() === value) return [];
    return [
      { variable, message: 'is set already with another value; change it there, or leave it out here' },
    ];
  });

/** Problems with what is set already say where that is. */
const placed = (
  problems: readonly ConfigProblem[],
  env: Env,
  { values }: EnvFile,
): readonly ConfigProblem[] =>
  problems.map(({ variable, message }) => {
    if (!isGiven(env[variable])) return { variable, message };
    const place = values[variable] === env[variable] ? '.env' : 'the environment';
    return { variable: `${variable} in ${place}`, message };
  });

const isProblems = (given: Answers | readonly ConfigProblem[]): given is readonly ConfigProblem[] =>
  Array.isArray(given);

const leave = ({ err }: Terminal, problems: readonly ConfigProblem[], exitCode: number): number => {
  err.write(`${renderProblems(problems).join('\n')}\n`);
  return exitCode;
};

const printWritten = (terminal: Terminal, file: EnvFile, variables: Answers): void => {
  const names = Object.keys(variables);
  if (names.length > 0) appendToEnvFile(file, variables);
  const isClosed = names.length === 0 && file.text !== null && closeToOthers(file);
  printLines(terminal, renderWritten(names, isClosed, lookOf(terminal)));
};

/** Nothing starts by itself before somebody wants it. */
const offerSchedule = async (terminal: Terminal): Promise<void> => {
  await using connection = await openConnection(terminal, { isVisit: true, isQuiet: true });
  if ((await connection.client.schedule()) !== null) return;
  const isWanted = await askWhether(
    terminal,
    'Make the tokens by themselves at 06:00 IST on every trading day, while `vega-auth serve` runs?',
  );
  if (!isWanted) return;
  const schedule = await connection.client.saveSchedule({ input: {} });
  printLines(terminal, renderSchedule(schedule, lookOf(terminal)));
};

/** Stores the given apps through the API; one that is there already is not changed. */
const storeApps = async (terminal: Terminal, given: Answers, { read }: Rules): Promise<void> => {
  const wanted = Object.keys(given).filter((name) => APP.test(name));
  if (wanted.length === 0) return;
  const inEnvironment = { LOGIN_CONFIG_SOURCE: 'ENV', UPSTOX_CONFIG_SOURCE: undefined };
  const { apis } = read({ ...terminal.env, ...given, ...inEnvironment });
  await using connection = await openConnection(terminal, { isVisit: true, isQuiet: true });
  const there = (await connection.client.apiConfigs()).map(({ apiName }) => apiName);
  const fresh = apis.filter(
    ({ apiName, apiIndex }) => !there.includes(apiName) && wanted.includes(`UPSTOX_CLIENT_ID_${apiIndex}`),
  );
  for (const { apiName, apiIndex, clientId, clientSecret } of fresh)
    await connection.client.saveApiConfig({
      input: { apiName, apiIndex, clientId, clientSecret: clientSecret.reveal() },
    });
  const stored = fresh.map(({ apiName }) => apiName);
  printLines(terminal, renderStored(stored, there, lookOf(terminal)));
};
