import type { AuthStateQuery, TokenExpiryQuery, TokenStatusQuery } from '../../sdk/index.ts';
import { VERDICT_WORDS, verdictText } from '../../sdk/words.ts';
import { inCommands } from './command-words.ts';
import { type Look, line, type Piece, wrap } from './look.ts';
import { countdown, istClock, span } from './times.ts';

export type Report = TokenStatusQuery['tokenStatus'];
export type Check = Report['tokens'][number];
export type Account = AuthStateQuery['authState'];
type Expiry = TokenExpiryQuery['tokenExpiry'];

export interface StatusFacts {
  readonly report: Report;
  readonly account: Account;
  readonly expiry: Expiry;
}

const NAME_WIDTH = 14;
const WIDEST_RULE = 60;

/** Both layers of every enabled API, where the account stands and what to do next. */
export const renderStatus = ({ report, account, expiry }: StatusFacts, look: Look): readonly string[] => {
  const texts = report.tokens.map(verdictText);
  const width = Math.max(...texts.map(({ length }) => length), 9);
  const rows = report.tokens.map((check, index) => {
    const { glyph, tone } = VERDICT_WORDS[check.verdict];
    const end = check.verdict === 'VALID' ? endOf(check, expiry) : '';
    return line(
      [
        { text: glyph, tone },
        ` ${check.apiName.padEnd(NAME_WIDTH)}: `,
        { text: (texts[index] ?? '').padEnd(width), tone },
        { text: end === '' ? '' : `  ${end}`, tone: 'calm' },
      ],
      look,
    );
  });
  return [
    line(
      [{ text: 'Token Status Summary', tone: 'strong' }, `  ${account.accountId}  ${account.state}`],
      look,
    ),
    '-'.repeat(Math.min(WIDEST_RULE, look.width)),
    ...rows,
    '',
    ...countLines(report, look),
    ...blockLines(account, look),
    '',
    ...adviceLines(account, look),
  ];
};

/** Where the account stands, and what to do next. */
export const adviceLines = (
  { headline, nextAction }: Pick<Account, 'headline' | 'nextAction'>,
  look: Look,
): readonly string[] => [...wrap(headline, look), ...wrap(`Next: ${inCommands(nextAction)}`, look)];

const endOf = ({ apiName }: Check, expiry: Expiry): string => {
  const end = expiry.find((each) => each.apiName === apiName);
  return end === undefined ? '' : `until ${istClock(end.expiresAt)} IST, ${span(end.remainingSeconds)} left`;
};

const countLines = ({ counts, tokens, invalid, missing }: Report, look: Look): readonly string[] => {
  if (tokens.length === 0) return ['No API is configured and enabled.'];
  const making = counts.invalid + counts.expired + counts.missing;
  const count = (title: string, number: number, tone: Piece['tone'] = 'plain') =>
    line([`${title.padEnd(NAME_WIDTH + 2)}: `, { text: String(number), tone }], look);
  return [
    count('Valid Tokens', counts.valid, 'good'),
    count('Invalid Tokens', making, making === 0 ? 'plain' : 'bad'),
    ...(making === 0
      ? []
      : [
          line(
            [
              `${'APIs Invalid'.padEnd(NAME_WIDTH + 2)}: `,
              { text: namesOf(tokens, [...invalid, ...missing]), tone: 'bad' },
            ],
            look,
          ),
        ]),
    ...(counts.unknown === 0 ? [] : [count('Unknown Tokens', counts.unknown, 'warn')]),
  ];
};

/** In the order of the table. */
const namesOf = (tokens: Report['tokens'], names: readonly string[]): string =>
  tokens.flatMap(({ apiName }) => (names.includes(apiName) ? apiName : [])).join(', ');

const blockLines = ({ blockedBy, cooldown }: Account, look: Look): readonly string[] => {
  if (blockedBy === null) return [];
  const rest = cooldown.active ? `, ${countdown(cooldown.remainingSeconds)} left` : '';
  return [line([{ text: `Blocked by ${blockedBy}${rest}`, tone: 'warn' }], look)];
};
