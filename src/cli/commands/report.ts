import path from 'node:path';
import { type Command, EXIT, type Given, type Terminal, textOf } from '../command.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../options.ts';
import { printJson, printLines } from '../terminal/print.ts';
import { withVisibleTexts } from '../view/visible.ts';
import { asking } from './setup/asking.ts';

export const report: Command = {
  name: 'report',
  summary: 'Tell a trading day from the audit: tokens, waits, failures, decisions, forecasts.',
  options: [
    ACCOUNT_OPTION,
    { flags: '--date <date>', description: 'The day in India, as yyyy-MM-dd; today if left out.' },
    { flags: '--backup <file>', description: 'Read this backup, which stays as it is, not the database.' },
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth report', says: 'how this morning went' },
    { line: 'vega-auth report --date 2026-11-23 > 23.txt', says: 'a day as plain text' },
  ],
  run: (terminal, given) =>
    given.backup === undefined
      ? ofDatabase(terminal, given)
      : ofBackup(terminal, given, textOf(given.backup) ?? ''),
};

const wishOf = ({ account, date }: Given) => ({ accountId: textOf(account), date: textOf(date) });

const ofDatabase = asking(
  (client, given) => client.morningReport(wishOf(given)),
  ({ lines }) => lines,
);

/** No server has that file open, so it is read in this process. */
const ofBackup = async (terminal: Terminal, given: Given, file: string): Promise<number> => {
  const [{ reportOfBackup }, { readOwnSettings }] = await Promise.all([
    import('../../app.ts'),
    import('../../config.ts'),
  ]);
  const { env, workingDirectory } = terminal;
  const backup = path.resolve(workingDirectory, file);
  const found = await reportOfBackup(readOwnSettings(env), workingDirectory, backup, wishOf(given));
  const { lines, ...facts } = withVisibleTexts(JSON.parse(JSON.stringify(found))) as typeof found;
  if (given.json === true) printJson(terminal, { ...facts, lines });
  else printLines(terminal, lines);
  return EXIT.ALL_VALID;
};
