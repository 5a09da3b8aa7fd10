import { type Command, textOf } from '../../command.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../../options.ts';
import { lookOf } from '../../view/look.ts';
import { adviceLines } from '../../view/status.ts';
import { asking } from '../setup/asking.ts';

export const logout: Command = {
  name: 'logout',
  summary: 'Shut the gate until the next login: a run under way is aborted, the tokens stay.',
  options: [
    { flags: '--revoke', description: 'End the tokens at the broker, too.' },
    ACCOUNT_OPTION,
    JSON_OPTION,
  ],
  examples: [{ line: 'vega-auth logout --revoke', says: 'when a token may have leaked' }],
  run: asking(
    (client, { account, revoke }) => client.logout({ accountId: textOf(account), revoke: revoke === true }),
    (state, _given, terminal) => adviceLines(state, lookOf(terminal)),
  ),
};
