import { mayUseApi } from '../../domain/account/access-key.ts';
import { STORAGE_KINDS } from '../../domain/token/token.ts';
import { endOf, VERDICTS } from '../../domain/token/verdict.ts';
import type { KnownToken } from '../../services/tokens/token-verifier.ts';
import { EVERYBODY } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder, enumOf, REPEATABLE } from '../builder.ts';

export const VerdictEnum = enumOf('Verdict', {
  description: 'What is known about a token.',
  of: VERDICTS,
  values: {
    VALID: "Its time is not up and the broker's profile call confirmed it.",
    EXPIRED: 'Its time is up (03:30 IST), or cannot be read.',
    INVALID: 'The broker refused it, its client id has changed, or it belongs to another user.',
    UNKNOWN: 'Nobody has asked, or the broker gave no usable answer. Never treated as valid.',
    MISSING: 'There is none.',
  },
});

export const StorageKindEnum = enumOf('StorageKind', {
  description: 'Where a token lies.',
  of: STORAGE_KINDS,
  values: {
    DATABASE: 'In the database.',
    MEMORY: 'In memory and in the encrypted spill file, until SQLite can be written again.',
    SPILL:
      'In the encrypted spill file alone, until PostgreSQL can be reached again. Nothing else is written meanwhile.',
  },
});

export const TokenRef = builder.objectRef<KnownToken>('Token').implement({
  description: 'What is known of one API’s access token. Its value is in no answer.',
  fields: (t) => ({
    apiName: t.field({
      type: ApiNameEnum,
      description: 'Whose token it is.',
      resolve: ({ role }) => role.apiName,
    }),
    isPrimary: t.boolean({ description: 'True for PRIMARY.', resolve: ({ role }) => role.isPrimary }),
    verdict: t.field({
      type: VerdictEnum,
      description: 'As far as is known without asking the broker; `tokenStatus` asks.',
      resolve: ({ check }) => check.verdict,
    }),
    fingerprint: t.string({
      nullable: true,
      description: 'The first twelve hexadecimal digits of the token’s SHA-256; null when there is no token.',
      resolve: ({ token }) => token?.fingerprint,
    }),
    generatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was made.',
      resolve: ({ token }) => token?.generatedAt,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When it dies: the next 03:30 IST after it was made, or the earlier end that the token itself names.',
      resolve: ({ token }) => (token === undefined ? null : endOf(token)),
    }),
    checkedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the broker last answered about this very token, as far as this server knows: since its start, or, on PostgreSQL, the stored confirmation. Null otherwise.',
      resolve: ({ checkedAt }) => checkedAt,
    }),
    storage: t.field({
      type: StorageKindEnum,
      description: 'Where it lies.',
      resolve: ({ token, storage }) => token?.storage ?? storage ?? 'DATABASE',
    }),
    version: t.int({
      description: 'Rises by one whenever the token is replaced; 0 when there is none, or none can be read.',
      resolve: ({ token }) => token?.version ?? 0,
    }),
  }),
});

builder.queryField('tokens', (t) =>
  t.field({
    allow: EVERYBODY,
    extensions: REPEATABLE,
    type: [TokenRef],
    description:
      'The tokens of all enabled APIs, PRIMARY first, from the database; the broker is not asked. A key that is confined to some APIs is told of those.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services, caller }) => {
      const tokens = await services.readTokens(await services.accounts.resolveKnown(accountId));
      return tokens.filter(({ role }) => mayUseApi(caller.bounds, role.apiName));
    },
  }),
);
