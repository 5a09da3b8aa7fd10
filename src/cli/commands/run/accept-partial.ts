import { type Command, textOf } from '../../command.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../../options.ts';
import { lookOf } from '../../view/look.ts';
import { adviceLines } from '../../view/status.ts';
import { asking } from '../setup/asking.ts';

export const acceptPartial: Command = {
  name: 'accept-partial',
  summary:
    'Ask the broker, and open the gate with the tokens there are: PRIMARY works, and others are missing.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  run: asking(
    async (client, { account }) => {
      const accountId = textOf(account);
      // A program that has just begun knows of no token whether it works.
      await client.tokenStatus({ accountId });
      return client.acceptPartial({ accountId });
    },
    (state, _given, terminal) => adviceLines(state, lookOf(terminal)),
  ),
};
