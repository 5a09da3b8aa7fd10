import type { ConfigProblem } from '../../../config.ts';
import { VegaError } from '../../../sdk/vega-error.ts';
import { type Command, EXIT, type Terminal } from '../../command.ts';
import { type ApiConnection, KeyMissing, openConnection } from '../../connection/api-connection.ts';
import { isOpenToOthers, readEnvFile } from '../../env-file.ts';
import { JSON_OPTION } from '../../options.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { adviceFor, configErrorIn } from '../../view/config-advice.ts';
import { type Examined, examinedOf, type Health, renderExamined } from '../../view/doctor.ts';
import { fileErrorOf } from '../../view/file-error.ts';
import { lookOf } from '../../view/look.ts';

export const doctor: Command = {
  name: 'doctor',
  summary:
    'Look at configuration, key, database, disk, clock, browser and every app; no OTP is spent. Says what to do.',
  options: [JSON_OPTION],
  examples: [{ line: 'vega-auth doctor', says: 'before the first morning, and when something is wrong' }],
  run: async (terminal, { json }) => {
    const { parts, health } = await examine(terminal);
    if (json === true) printJson(terminal, health ?? { findings: parts.flatMap(({ findings }) => findings) });
    else printLines(terminal, renderExamined(parts, lookOf(terminal)));
    if (parts.some(({ state }) => state === 'DOWN')) return EXIT.FATAL;
    return parts.every(({ state }) => state === 'OK') ? EXIT.ALL_VALID : EXIT.SOME_MISSING;
  },
};

interface Examination {
  readonly parts: readonly Examined[];
  /** What the API answered; null where it could not be asked. */
  readonly health: Health | null;
}

const fine = (title: string): Examined => ({ title, state: 'OK', findings: [] });
const broken = (title: string, message: string, nextAction: string): Examined => ({
  title,
  state: 'DOWN',
  findings: [{ message, nextAction }],
});

/** What cannot be opened is a finding, too, and then there is nothing behind it to look at. */
const examine = async (terminal: Terminal): Promise<Examination> => {
  let connection: ApiConnection;
  try {
    connection = await openConnection(terminal, { isVisit: true });
  } catch (error) {
    return { parts: whatStandsInTheWay(error), health: null };
  }
  await using opened = connection;
  try {
    const health = await opened.client.systemHealth({ thorough: true });
    const configuration = await configurationOf(terminal);
    return { parts: [configuration, fine('Operator key'), ...examinedOf(health)], health };
  } catch (error) {
    if (!(error instanceof VegaError) || error.status !== 401) throw error;
    const nextAction = 'Run this in the folder of the server, or set VEGA_OPERATOR_KEY to its key.';
    return {
      parts: [broken('Operator key', `The server refuses it (${opened.place}).`, nextAction)],
      health: null,
    };
  }
};

/** It could be read, but a name that is mistyped is read by nobody, and a file that is open by everybody. */
const configurationOf = async ({ env, workingDirectory }: Terminal): Promise<Examined> => {
  const { unknownSettings } = await import('../../../config.ts');
  const unknown = unknownSettings(env).map(mistyped);
  const file = readEnvFile(workingDirectory);
  const open = {
    message: `Other users of this machine have rights to ${file.path}, which may hold secrets.`,
    nextAction: `chmod 600 ${file.path}`,
  };
  const findings = isOpenToOthers(file) ? [...unknown, open] : unknown;
  return { title: 'Configuration', state: unknown.length === 0 ? 'OK' : 'DEGRADED', findings };
};

const mistyped = ({ variable, message }: ConfigProblem) => ({
  message: `${variable}: ${message}`,
  nextAction: 'Correct the name, or take it out: docs/operations.md lists every setting.',
});

const whatStandsInTheWay = (error: unknown): readonly Examined[] => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof KeyMissing)
    return [broken('Operator key', message, 'Copy it from the server’s .vega/operator.key.')];
  const wrong = configErrorIn(error);
  const file = fileErrorOf(error);
  if (file !== null) return [fine('Configuration'), broken('Database', file.message, file.nextAction)];
  if (wrong === null) {
    const nextAction = 'The message says what to do; nothing behind it could be looked at.';
    return [fine('Configuration'), broken('Database', message, nextAction)];
  }
  const findings = wrong.problems.map((problem) => ({
    message: `${problem.variable}: ${problem.message}`,
    nextAction: adviceFor(problem),
  }));
  return [{ title: 'Configuration', state: 'DOWN', findings: [...findings, ...wrong.unknown.map(mistyped)] }];
};
