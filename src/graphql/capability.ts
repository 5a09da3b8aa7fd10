import {
  CAPABILITY_REASONS,
  CAPABILITY_RESULTS,
  type Capability,
  messageOf,
  nextActionOf,
  PROBES,
} from '../domain/capability/capability.ts';
import { OPERATORS, READERS } from './access/access-plugin.ts';
import { ApiNameEnum } from './account/api-config.ts';
import { accountArgument, builder, enumOf } from './builder.ts';

const CapabilityResultEnum = enumOf('CapabilityResult', {
  description: 'Whether a token can do the work of its role. It never changes the verdict of the token.',
  of: CAPABILITY_RESULTS,
  values: {
    CAPABLE: 'The broker has let it.',
    NOT_CAPABLE: 'The broker itself has refused it: the call, or the handshake of the feed.',
    NOT_KNOWN: 'Nobody knows; `reason` says why.',
  },
});

const ProbeEnum = enumOf('Probe', {
  description: 'What the broker is asked for; each only reads.',
  of: PROBES,
  values: {
    FUNDS: 'PRIMARY: one call for the funds.',
    FEED: 'WEBSOCKET1-3: the market feed is authorized, and one socket is opened for at most 5 s.',
    OPTION_CHAIN: 'OPTIONCHAIN1-2: one call for an option chain.',
  },
});

const CapabilityReasonEnum = enumOf('CapabilityReason', {
  description: 'Why a result is not CAPABLE.',
  of: CAPABILITY_REASONS,
  values: {
    REFUSED: 'NOT_CAPABLE: the broker answered 401 or 403 in its own envelope.',
    FEED_REFUSED:
      'NOT_CAPABLE: the feed was authorized, and its handshake was answered with 401 or 403, without a body or in the broker’s envelope.',
    NOT_ASKED: 'The present token was not probed.',
    PROBES_OFF: 'VEGA_PROBES is off.',
    TOKEN_NOT_VALID: 'There is no token that works.',
    MARKET_CLOSED: 'The exchanges do not trade today, or have closed; nothing was asked.',
    MARKET_UNCERTAIN: 'The broker refused, on a day of which it is not certain that the exchanges trade.',
    FEED_BUSY: 'Another process held the socket of this user for too long.',
    DATABASE: 'The database cannot be written, so two processes could not be kept apart.',
    FEED_CLOSED: 'The feed closed the socket before it sent anything.',
    FEED_SILENT: 'The feed opened and sent nothing.',
    TIMEOUT: 'No answer in time.',
    NETWORK: 'The broker could not be reached.',
    RATE_LIMITED: 'HTTP 429.',
    BROKER_ERROR: 'An answer that says nothing of the token, such as 5xx or one of a gateway.',
    NOT_UNDERSTOOD: 'HTTP 200 with something else than is documented.',
  },
});

export const CapabilityRef = builder.objectRef<Capability>('Capability').implement({
  description: 'Whether the token of a role can do its work, as the last probe has told.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Which role.' }),
    probe: t.expose('probe', { type: ProbeEnum, description: 'What the broker is asked for.' }),
    result: t.expose('result', { type: CapabilityResultEnum, description: 'In one word.' }),
    reason: t.expose('reason', {
      type: CapabilityReasonEnum,
      nullable: true,
      description: 'Why it is not CAPABLE; null when it is.',
    }),
    message: t.string({ description: 'For people.', resolve: messageOf }),
    nextAction: t.string({
      nullable: true,
      description: 'What to do, in words; null where nothing is to be done.',
      resolve: nextActionOf,
    }),
    httpStatus: t.exposeInt('httpStatus', {
      nullable: true,
      description: 'The status of the last call or handshake; null where nothing was answered.',
    }),
    brokerCode: t.exposeString('brokerCode', {
      nullable: true,
      description: 'The broker’s own code; null where there was none.',
    }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the present token was probed last; null if never.',
    }),
  }),
});

builder.queryField('capabilities', (t) =>
  t.field({
    allow: READERS,
    type: [CapabilityRef],
    description: 'What the last probes have told of each role, PRIMARY first. Asks the broker nothing.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) => [
      ...(await services.probes.read(await services.accounts.resolve(accountId))),
    ],
  }),
);

builder.mutationField('probeCapabilities', (t) =>
  t.field({
    allow: OPERATORS,
    type: [CapabilityRef],
    description:
      'Asks the broker whether each token can do its work, and answers when it is known. It only reads: no order is placed, and no verdict changes. A feed is opened for at most 5 s, one at a time for each user. Refused with WRONG_STATE unless VEGA_PROBES is on.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiNames: t.arg({ type: [ApiNameEnum], description: 'These only; every role if left out.' }),
    },
    resolve: async (_root, { accountId, apiNames }, { services }) => [
      ...(await services.probes.probe(await services.accounts.resolve(accountId), apiNames ?? [])),
    ],
  }),
);
