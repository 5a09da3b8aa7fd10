import { EXIT, type Given, isInteractive, type Terminal, textOf } from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { executeRun, printEnd } from '../../connection/execute-run.ts';
import { readStatus } from '../../connection/read-status.ts';
import { exitOfRun, exitOfStatus } from '../../exit-code.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { lookOf } from '../../view/look.ts';
import { renderStatus } from '../../view/status.ts';
import { askDecision } from './decision.ts';

/** Table, decision, progress, and again until everything is valid or the operator has enough. Without a terminal only the table. */
export const interactive = async (terminal: Terminal, given: Given): Promise<number> => {
  const accountId = textOf(given.account);
  const canAsk = isInteractive(terminal) && given.json !== true;
  await using connection = await openConnection(terminal, { isVisit: !canAsk });
  for (;;) {
    const facts = await readStatus(connection.client, accountId);
    if (given.json === true) printJson(terminal, facts.report);
    else printLines(terminal, renderStatus(facts, lookOf(terminal)));
    if (!canAsk) return exitOfStatus(facts);
    const { run: last } = facts.account;
    const isUnderWay = last !== null && last.endedAt === null;
    const decision = isUnderWay ? null : await askDecision(terminal, facts.report, { accountId });
    if (!isUnderWay && decision === null) return exitOfStatus(facts);
    const begun = decision === null ? last : await connection.client.generateTokens(decision);
    if (begun === null) continue;
    const run = await executeRun(connection, terminal, begun, { isOurs: decision !== null, isShown: true });
    printEnd(terminal, run);
    if (terminal.signal.aborted) return exitOfRun(run);
    const after = await readStatus(connection.client, accountId);
    if (exitOfStatus(after) !== EXIT.ALL_VALID) continue;
    printLines(terminal, renderStatus(after, lookOf(terminal)));
    return EXIT.ALL_VALID;
  }
};
