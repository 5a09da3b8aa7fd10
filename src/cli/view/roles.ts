import type { RolesQuery, YearlyTokensQuery } from '../../sdk/index.ts';
import { CAPABILITY_WORDS, VERDICT_WORDS } from '../../sdk/words.ts';
import { inCommands } from './command-words.ts';
import { type Look, type Piece, wrap } from './look.ts';
import { renderTable } from './table.ts';
import { inIst } from './times.ts';

type Role = RolesQuery['roles'][number];

const endOf = (expiresAt: string | null): string => (expiresAt === null ? '-' : inIst(expiresAt));

const NO_ROLES =
  'The account has no roles yet: store an API app (vega-auth apis save), or assign a credential (vega-auth roles assign).';

export const renderRoles = (roles: readonly Role[], look: Look): readonly string[] =>
  roles.length === 0 ? wrap(NO_ROLES, look) : renderTableOf(roles, look);

const renderTableOf = (roles: readonly Role[], look: Look): readonly string[] => [
  ...renderTable(
    [
      { title: 'ROLE' },
      { title: 'CREDENTIAL' },
      { title: 'VERDICT' },
      { title: 'CAPABILITY', dispensable: 3 },
      { title: 'ENDS (IST)', dispensable: 1 },
      { title: 'ORDERS', dispensable: 2 },
    ],
    roles.map(({ apiName, credential, sharedWith, verdict, capabilities, expiresAt, readOnly }) => [
      apiName,
      sharedWith === null ? credential : `${credential} ${sharedWith}`,
      { text: VERDICT_WORDS[verdict].word, tone: VERDICT_WORDS[verdict].tone },
      capabilityPiece(capabilities),
      endOf(expiresAt),
      readOnly ? 'none: read-only' : 'yes',
    ]),
    look,
  ),
  ...roles.flatMap(({ apiName, reason }) =>
    reason === null ? [] : wrap(`${apiName}: ${reason}`, look, '  '),
  ),
  ...roles.flatMap(({ plans }) => plans.flatMap((plan) => wrap(planText(plan), look, '  '))),
];

const capabilityPiece = ([capability]: Role['capabilities']): Piece => {
  const { word, tone } = CAPABILITY_WORDS[capability?.result ?? 'NOT_KNOWN'];
  return { text: word, tone };
};

const planText = ({ apiName, credential, sharedWith, why, needs }: Role['plans'][number]): string => {
  const command = [
    'vega-auth roles assign',
    apiName,
    credential,
    ...(sharedWith === null ? [] : [sharedWith]),
  ];
  return `Plan: ${command.join(' ')}. ${why}${needs === null ? '' : ` Needs: ${inCommands(needs)}`}`;
};

export const renderYearlyTokens = (
  tokens: YearlyTokensQuery['yearlyTokens'],
  look: Look,
): readonly string[] =>
  tokens.length === 0
    ? []
    : renderTable(
        [{ title: 'YEARLY TOKEN' }, { title: 'FINGERPRINT', dispensable: 1 }, { title: 'ENDS (IST)' }],
        tokens.map(({ kind, fingerprint, expiresAt }) => [kind, fingerprint, endOf(expiresAt)]),
        look,
      );
