import type { AuditComponent, Severity } from '../../sdk/index.ts';
import { AUDIT_COMPONENTS, SEVERITIES } from '../../sdk/names.ts';
import { type Command, EXIT, type Terminal, textOf } from '../command.ts';
import { type ApiConnection, openConnection } from '../connection/api-connection.ts';
import { JSON_OPTION } from '../options.ts';
import { printJson, printJsonLine, printLines } from '../terminal/print.ts';
import { type Entry, renderEntry } from '../view/audit.ts';
import { lookOf } from '../view/look.ts';

export const audit: Command = {
  name: 'audit',
  summary: 'Show what was done, the newest last; follow it, or verify that nothing was changed.',
  options: [
    { flags: '--first <number>', description: 'How many entries, 1 to 500; 20 if left out.', isNumber: true },
    { flags: '--limit <number>', description: 'The same as --first.', isNumber: true },
    { flags: '--follow', description: 'Go on with what is written from now on, until Ctrl-C.' },
    { flags: '--severity <severity>', description: 'Only these.', choices: SEVERITIES },
    { flags: '--component <component>', description: 'Only these.', choices: AUDIT_COMPONENTS },
    { flags: '--run <id>', description: 'Only what belongs to one run.' },
    { flags: '--verify', description: 'Look through the whole log for entries that were changed.' },
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth audit --severity ERROR', says: 'what went wrong' },
    { line: 'vega-auth audit --follow --json', says: 'one line for each entry, for another program' },
    { line: 'vega-auth audit --verify', says: 'ends with 0 when the log is whole' },
  ],
  run: async (terminal, { verify, follow, json, limit, first = limit ?? '20', severity, component, run }) => {
    const { FollowAuditLogDocument } = await import('../../sdk/index.ts');
    await using connection = await openConnection(terminal, { isVisit: true });
    if (verify === true) return await verifyLog(connection, terminal, json === true);
    const show = (entry: Entry) => {
      if (json === true) printJsonLine(terminal, entry);
      else printLines(terminal, [renderEntry(entry, lookOf(terminal))]);
    };
    // Opened before the page is read, so that nothing is written between the two unseen.
    const coming =
      follow === true
        ? connection.client.subscribe(FollowAuditLogDocument, {}, { signal: terminal.signal })
        : null;
    const page = await connection.client.auditLog({
      first: Number(first),
      severity: textOf(severity) as Severity | undefined,
      component: textOf(component) as AuditComponent | undefined,
      correlationId: textOf(run),
    });
    if (coming === null && json === true) {
      printJson(terminal, page);
      return EXIT.ALL_VALID;
    }
    for (const entry of page.nodes.toReversed()) show(entry);
    const last = Number(page.nodes[0]?.id ?? 0);
    for await (const { auditLog: entry } of coming ?? []) {
      const isWanted =
        Number(entry.id) > last &&
        (severity === undefined || entry.severity === severity) &&
        (component === undefined || entry.component === component) &&
        (run === undefined || entry.correlationId === run);
      if (isWanted) show(entry);
    }
    return EXIT.ALL_VALID;
  },
};

const verifyLog = async ({ client }: ApiConnection, terminal: Terminal, isJson: boolean): Promise<number> => {
  const found = await client.verifyAudit();
  if (isJson) printJson(terminal, found);
  else if (found.valid)
    terminal.out.write(`The audit is whole: ${found.entries} entries, as they were written.\n`);
  else
    terminal.out.write(
      `The audit was changed: ${found.reason ?? 'it is not known how'} First bad entry: ${found.firstBadEntry ?? 'not known'}.\n`,
    );
  return found.valid ? EXIT.ALL_VALID : EXIT.FATAL;
};
