import type { VegaClient } from '../../../sdk/index.ts';
import { EXIT, type Given, type Terminal } from '../../command.ts';
import { type ApiConnection, openConnection } from '../../connection/api-connection.ts';
import { printJson, printLines } from '../../terminal/print.ts';

type Ask<Answer> = (client: VegaClient, given: Given, terminal: Terminal) => Promise<Answer>;

/**
 * A command that asks the API for one thing and prints the answer: as it is, or as `render` says it. Null: left alone.
 * It ends with 0 unless `exitOf` says otherwise.
 */
export const asking =
  <Answer>(
    ask: Ask<Answer | null>,
    render: (
      answer: Answer,
      given: Given,
      terminal: Terminal,
      connection: ApiConnection,
    ) => readonly string[],
    exitOf: (answer: Answer) => number = () => EXIT.ALL_VALID,
  ) =>
  async (terminal: Terminal, given: Given): Promise<number> => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const answer = await ask(connection.client, given, terminal);
    if (answer === null) return EXIT.SOME_MISSING;
    if (given.json === true) printJson(terminal, answer);
    else printLines(terminal, render(answer, given, terminal, connection));
    return exitOf(answer);
  };
