import { z } from 'zod';
import { IMPORTED_CREDENTIALS } from '../../domain/role/import-rules.ts';
import { Secret } from '../../domain/secret.ts';
import { OPERATORS } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder, enumOf } from '../builder.ts';
import { AccountRoleRef, RoleCredentialEnum } from './account-role.ts';

const ImportedCredentialEnum = enumOf('ImportedCredential', {
  description: 'Which tokens can be imported.',
  of: IMPORTED_CREDENTIALS,
  values: {
    PASTED: 'One for trading that was made by hand at the broker; it dies at 03:30 IST.',
    ANALYTICS: 'The account’s analytics token; a new one ends the old one at the broker.',
    EXTENDED: 'The account’s extended token.',
  },
});

const AssignRoleInput = builder.inputType('AssignRoleInput', {
  description: 'What is to serve a role.',
  fields: (t) => ({
    accountId: t.id(accountArgument),
    apiName: t.field({ type: ApiNameEnum, required: true, description: 'Which role.' }),
    credential: t.field({
      type: RoleCredentialEnum,
      required: true,
      description: 'What its token comes from. PRIMARY takes LOGIN and PASTED only.',
    }),
    sharedWith: t.field({
      type: ApiNameEnum,
      description: 'With SHARED: the role whose token it shares, which has to have one of its own.',
    }),
  }),
});

/** The value is never part of a message. */
const tokenText = z
  .string()
  .trim()
  .min(20, { message: 'accessToken is too short to be a token.' })
  .max(8192, { message: 'accessToken is too long to be a token.' })
  .regex(/^[\w.~+/=-]+$/, { message: 'accessToken should be the token alone, on one line.' });

const ImportTokenInput = builder.inputType('ImportTokenInput', {
  description: 'A token that was made by hand at the broker. It can never be read back, except by a lease.',
  fields: (t) => ({
    accountId: t.id(accountArgument),
    apiNames: t.field({
      type: [ApiNameEnum],
      description:
        'The roles that it serves from now on: exactly one of a PASTED token; of the others any but PRIMARY, and none leaves the roles as they are.',
    }),
    credential: t.field({
      type: ImportedCredentialEnum,
      required: true,
      description: 'Which kind of token it is.',
    }),
    accessToken: t.string({ required: true, description: 'The token itself.', validate: tokenText }),
    writeToTokenTable: t.boolean({
      description:
        'Of ANALYTICS and EXTENDED: true writes it into `upstox_tokens` for the roles that it serves, where other programs might place orders with it. False if left out. A PASTED token is always written there.',
    }),
  }),
});

builder.mutationFields((t) => ({
  assignRole: t.field({
    allow: OPERATORS,
    type: AccountRoleRef,
    description:
      'Chooses what serves a role. Refused with CREDENTIAL_NOT_ALLOWED for PRIMARY with anything but LOGIN and PASTED and for sharing with a role that has no token of its own, and with API_NOT_CONFIGURED for LOGIN without an app that is enabled.',
    args: {
      input: t.arg({ type: AssignRoleInput, required: true, description: 'The role, and what serves it.' }),
    },
    resolve: async (_root, { input }, { services, caller }) =>
      services.assignRole(
        await services.accounts.resolve(input.accountId),
        { apiName: input.apiName, credential: input.credential, sharedWith: input.sharedWith ?? null },
        caller.id,
      ),
  }),
  removeRole: t.boolean({
    allow: OPERATORS,
    description:
      'Ends a role that has no app; false when it had no assignment. Refused with WRONG_STATE where its app is enabled, or another role shares its token.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiName: t.arg({ type: ApiNameEnum, required: true, description: 'Which role.' }),
    },
    resolve: async (_root, { accountId, apiName }, { services, caller }) =>
      services.removeRole(await services.accounts.resolve(accountId), apiName, caller.id),
  }),
  importToken: t.field({
    allow: OPERATORS,
    type: [AccountRoleRef],
    description:
      'Stores a token that was made by hand, once the broker has confirmed it, and answers the account’s roles. Refused with TOKEN_NOT_VERIFIED where the broker does not say whether it works, with TOKEN_NOT_VALID where it says that it does not, with WRONG_ACCOUNT for a token of another user, and with CREDENTIAL_NOT_ALLOWED for a read-only token as PASTED, one for trading as ANALYTICS or EXTENDED, and PRIMARY with a read-only one; nothing is stored then.',
    args: {
      input: t.arg({ type: ImportTokenInput, required: true, description: 'The token, and what for.' }),
    },
    resolve: async (_root, { input }, { services, caller }) =>
      services.importToken(
        await services.accounts.resolve(input.accountId),
        {
          credential: input.credential,
          apiNames: [...new Set(input.apiNames ?? [])],
          accessToken: new Secret(input.accessToken.trim()),
          writesToTable: input.writeToTokenTable ?? false,
        },
        caller.id,
      ),
  }),
}));
