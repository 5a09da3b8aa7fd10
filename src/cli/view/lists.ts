import type { AccessKeysQuery, AccountsQuery, ApiConfigsQuery, TokensQuery } from '../../sdk/index.ts';
import { VERDICT_WORDS } from '../../sdk/words.ts';
import type { Look } from './look.ts';
import { renderTable } from './table.ts';
import { inIst } from './times.ts';

type Account = AccountsQuery['accounts'][number];
type ApiConfig = ApiConfigsQuery['apiConfigs'][number];
type AccessKey = AccessKeysQuery['accessKeys'][number];
type Token = TokensQuery['tokens'][number];

export const renderAccounts = (accounts: readonly Account[], look: Look): readonly string[] =>
  renderTable(
    [
      { title: '' },
      { title: 'ID' },
      { title: 'NAME', dispensable: 3 },
      { title: 'CLIENT', dispensable: 2 },
      { title: 'PLAN', dispensable: 4 },
      { title: 'SOURCE', dispensable: 5 },
      { title: 'STATE' },
      { title: 'BLOCKED BY', dispensable: 1 },
    ],
    accounts.map(({ id, name, client, plan, source, isActive, authState }) => [
      { text: isActive ? '▸' : ' ', tone: 'good' },
      { text: id, tone: isActive ? 'strong' : 'plain' },
      name,
      client ?? '-',
      plan ?? '-',
      source ?? '-',
      authState.state,
      { text: authState.blockedBy ?? '', tone: 'warn' },
    ]),
    look,
  );

export const renderApiConfigs = (configs: readonly ApiConfig[], look: Look): readonly string[] =>
  renderTable(
    [
      { title: '#' },
      { title: 'API' },
      { title: 'ENABLED' },
      { title: 'CLIENT ID', dispensable: 1 },
      { title: 'SOURCE', dispensable: 3 },
      { title: 'REDIRECT URI', dispensable: 2 },
    ],
    configs.map(({ apiIndex, apiName, enabled, clientId, source, redirectUri }) => [
      String(apiIndex),
      apiName,
      { text: enabled ? 'yes' : 'no', tone: enabled ? 'good' : 'calm' },
      clientId,
      source,
      redirectUri,
    ]),
    look,
  );

export const renderKeys = (keys: readonly AccessKey[], look: Look): readonly string[] =>
  keys.length === 0
    ? ['There are no keys beside the operator’s own.']
    : renderTable(
        [
          { title: 'ID' },
          { title: 'NAME' },
          { title: 'ROLE' },
          { title: 'FOR', dispensable: 1 },
          { title: 'MADE (IST)', dispensable: 3 },
          { title: 'REVOKED (IST)', dispensable: 2 },
        ],
        keys.map(({ id, name, role, accountId, apiNames, createdAt, revokedAt }) => [
          id,
          { text: name, tone: revokedAt === null ? 'strong' : 'calm' },
          role,
          [accountId, apiNames?.join(' ')].filter(Boolean).join(': ') || 'all',
          inIst(createdAt),
          { text: revokedAt === null ? '' : inIst(revokedAt), tone: 'bad' },
        ]),
        look,
      );

export const renderTokens = (tokens: readonly Token[], look: Look): readonly string[] =>
  renderTable(
    [
      { title: 'API' },
      { title: 'VERDICT' },
      { title: 'EXPIRES (IST)', dispensable: 1 },
      { title: 'FINGERPRINT', dispensable: 2 },
    ],
    tokens.map(({ apiName, verdict, expiresAt, fingerprint }) => {
      const { word, tone } = VERDICT_WORDS[verdict];
      return [apiName, { text: word, tone }, expiresAt === null ? '-' : inIst(expiresAt), fingerprint ?? '-'];
    }),
    look,
  );
