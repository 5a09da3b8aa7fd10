import { z } from 'zod';
import { CREDENTIAL_RULES, type CredentialField } from '../../domain/account/credential-rules.ts';
import { isWebAddress } from '../../domain/net/web-address.ts';
import type { CredentialsUpdate } from '../../services/accounts/accounts.ts';
import { OPERATORS } from '../access/access-plugin.ts';
import { builder } from '../builder.ts';
import { plainText } from '../plain-text.ts';
import { AccountRef } from './account.ts';

const credential = (name: string, field: CredentialField) =>
  z
    .string()
    .max(500, { message: `${name} should be shorter.` })
    .refine(CREDENTIAL_RULES[field].accepts, {
      message: `${name} should be ${CREDENTIAL_RULES[field].shape}.`,
    });

const accountName = plainText('name')
  .trim()
  .min(1, { message: 'name should not be empty.' })
  .max(60, { message: 'name should have 60 characters at most.' });

const mobileNumber = {
  required: true,
  description: 'Of the broker login: ten digits, with or without +91. It can never be read back.',
} as const;
const pin = {
  required: true,
  description: 'The six-digit PIN. It can never be read back.',
} as const;
const totpSecret = {
  required: true,
  description: 'The base32 TOTP secret, or the whole otpauth://totp/… link. It can never be read back.',
} as const;
const redirectUri = {
  required: true,
  description: 'As registered at the broker, http or https; for apps that are stored without one.',
} as const;

/** Checked as a whole, so that every mistake is told at once. */
const CREDENTIALS = {
  mobileNumber: credential('mobileNumber', 'mobileNumber'),
  pin: credential('pin', 'pin'),
  totpSecret: credential('totpSecret', 'totp'),
  redirectUri: plainText('redirectUri')
    .max(255)
    .refine(isWebAddress, { message: 'redirectUri should be an http(s) address.' }),
};

const ADD_ACCOUNT = z
  .object({
    ...CREDENTIALS,
    id: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,31}$/, {
        message: 'id should be up to 32 of A-Z, 0-9 and _, a letter first.',
      })
      .nullish(),
    name: accountName.nullish(),
  })
  .loose();

const AddAccountInput = builder.inputType('AddAccountInput', {
  description: 'A broker login. Its credentials are sealed, and can be written only.',
  fields: (t) => ({
    id: t.id({
      description:
        'Our name for it: up to 32 of A-Z, 0-9 and _, a letter first. One such as UPSTOX_02 is made if left out.',
    }),
    name: t.string({ description: 'For people, 60 characters at most; the id if left out.' }),
    mobileNumber: t.string(mobileNumber),
    pin: t.string(pin),
    totpSecret: t.string(totpSecret),
    redirectUri: t.string(redirectUri),
  }),
});

const AccountCredentialsInput = builder.inputType('AccountCredentialsInput', {
  description: 'What an account logs in with, all of it. Sealed, and can be written only.',
  fields: (t) => ({
    accountId: t.id({ required: true, description: 'Which account.' }),
    mobileNumber: t.string(mobileNumber),
    pin: t.string(pin),
    totpSecret: t.string(totpSecret),
    redirectUri: t.string(redirectUri),
  }),
});

interface CredentialsInput {
  readonly mobileNumber: string;
  readonly pin: string;
  readonly totpSecret: string;
  readonly redirectUri: string;
}

const toCredentials = (input: CredentialsInput): CredentialsUpdate => ({
  texts: { mobileNumber: input.mobileNumber, pin: input.pin, totp: input.totpSecret },
  redirectUri: input.redirectUri,
});

const accountId = { required: true, description: 'Which account.' } as const;

builder.mutationFields((t) => ({
  addAccount: t.field({
    allow: OPERATORS,
    type: AccountRef,
    description:
      'Stores a further account; its API apps come with saveApiConfig. Refused with BAD_USER_INPUT, also where another account has the same login.',
    args: {
      input: t.arg({
        type: AddAccountInput,
        required: true,
        description: 'The account.',
        validate: ADD_ACCOUNT as never,
      }),
    },
    resolve: (_root, { input }, { services }) =>
      services.accounts.add({
        ...toCredentials(input),
        id: input.id ?? null,
        name: input.name?.trim() ?? null,
      }),
  }),
  renameAccount: t.field({
    allow: OPERATORS,
    type: AccountRef,
    description: 'Changes what people call an account; its id stays.',
    args: {
      accountId: t.arg.id(accountId),
      name: t.arg.string({
        required: true,
        description: 'For people: 1 to 60 characters.',
        validate: accountName,
      }),
    },
    resolve: async (_root, args, { services }) =>
      services.accounts.rename(await services.accounts.resolve(args.accountId), args.name.trim()),
  }),
  updateAccountCredentials: t.field({
    allow: OPERATORS,
    type: AccountRef,
    description:
      'Replaces the credentials of an account; a run under way types them from its next API on. A quarantine stays until clearQuarantine. Refused with CONFIG_SOURCE_IS_ENV where the environment describes it, and with BAD_USER_INPUT where another account has the same login.',
    args: {
      input: t.arg({
        type: AccountCredentialsInput,
        required: true,
        description: 'The credentials.',
        validate: z.object(CREDENTIALS).loose() as never,
      }),
    },
    resolve: async (_root, { input }, { services }) =>
      services.accounts.updateCredentials(
        await services.accounts.resolve(input.accountId),
        toCredentials(input),
      ),
  }),
  removeAccount: t.boolean({
    allow: OPERATORS,
    description:
      'Removes an account with its API apps. Refused while it is active (WRONG_STATE), has tokens in use (WRONG_STATE), a run (RUN_IN_PROGRESS), a cooldown (COOLDOWN) or a quarantine (QUARANTINED), and with CONFIG_SOURCE_IS_ENV where the environment describes it.',
    args: { accountId: t.arg.id(accountId) },
    resolve: async (_root, args, { services }) =>
      services.accounts.remove(await services.accounts.resolve(args.accountId)),
  }),
  switchAccount: t.field({
    allow: OPERATORS,
    type: AccountRef,
    description:
      'Makes an account the active one, also after a restart. The dashboard is locked until the broker has confirmed its tokens again; runs of other accounts go on.',
    args: { accountId: t.arg.id(accountId) },
    resolve: async (_root, args, { services }) =>
      services.accountSwitch.to(await services.accounts.resolve(args.accountId)),
  }),
}));
