import { setTimeout as delay } from 'node:timers/promises';
import { instantOf } from '../../sdk/await-ready.ts';
import { type Command, EXIT, type Given, type Terminal, textOf } from '../command.ts';
import { openConnection } from '../connection/api-connection.ts';
import { exitOfForecast } from '../exit-code.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../options.ts';
import { printJson, printLines } from '../terminal/print.ts';
import { lookOf } from '../view/look.ts';
import { type Forecast, readinessPiece, renderReadiness } from '../view/readiness.ts';

/** How often the forecast is asked for while it is waited for. */
const LOOK_MS = 1000;

export const ready: Command = {
  name: 'ready',
  summary: 'Say whether the tokens will be there by the bell.',
  options: [
    ACCOUNT_OPTION,
    { flags: '--by <HH:mm>', description: 'A time of India in place of the bell.' },
    { flags: '--wait', description: 'Wait until the account is ready, or it is too late.' },
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth ready', says: 'the forecast for the next bell' },
    { line: 'vega-auth ready --wait && ./trade', says: 'start a program when the tokens are there' },
    { line: 'vega-auth ready --by 08:30', says: 'the forecast for half past eight' },
  ],
  run: async (terminal, given) => {
    const by = textOf(given.by) === undefined ? undefined : instantOf(textOf(given.by) ?? '', new Date());
    await using connection = await openConnection(terminal, { isVisit: true });
    const read = () =>
      connection.client.readiness({ accountId: textOf(given.account), by: by?.toISOString() });
    const forecast = given.wait === true ? await awaitEnd(read, terminal, given) : await read();
    if (given.json === true) printJson(terminal, forecast);
    else printLines(terminal, renderReadiness(forecast, lookOf(terminal)));
    if (terminal.signal.aborted) return EXIT.INTERRUPTED;
    return exitOfForecast(forecast);
  },
};

/** Waits until nothing more is to be waited for, and says on the way what changes. */
const awaitEnd = async (
  read: () => Promise<Forecast>,
  { err, signal }: Terminal,
  { json }: Given,
): Promise<Forecast> => {
  let shown = '';
  for (;;) {
    const forecast = await read();
    const isOver = forecast.verdict !== 'ON_TRACK' && forecast.verdict !== 'AT_RISK';
    const { text } = readinessPiece(forecast);
    if (json !== true && !isOver && text !== shown) err.write(`${text}\n`);
    shown = text;
    if (isOver || signal.aborted) return forecast;
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
};
