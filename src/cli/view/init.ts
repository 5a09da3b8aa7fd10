import { type Look, wrap } from './look.ts';

interface Problem {
  readonly variable: string;
  readonly message: string;
}

/** Everything that is wrong, and that nothing came of it. Holds no value. */
export const renderProblems = (problems: readonly Problem[]): readonly string[] => [
  ...problems.map(({ variable, message }) => `${variable}: ${message}`),
  'Nothing was written.',
];

/** What is set already, by name. */
export const renderKept = (
  inFile: readonly string[],
  inEnvironment: readonly string[],
  look: Look,
): readonly string[] => [
  ...(inFile.length === 0
    ? []
    : wrap(`.env has ${inFile.join(', ')}: they stay as they are, only what is missing is added.`, look)),
  ...(inEnvironment.length === 0
    ? []
    : wrap(`Taken from the environment: ${inEnvironment.join(', ')}.`, look)),
];

export const renderWritten = (names: readonly string[], isClosed: boolean, look: Look): readonly string[] => {
  if (names.length > 0) return wrap(`Written to .env (mode 600): ${names.join(', ')}.`, look);
  const closed = isClosed ? ' Its mode is 600 now: others could read it.' : '';
  return wrap(`.env lacks nothing.${closed}`, look);
};

export const renderStored = (
  stored: readonly string[],
  kept: readonly string[],
  look: Look,
): readonly string[] => [
  ...(stored.length === 0 ? [] : wrap(`Stored in the database, sealed: ${stored.join(', ')}.`, look)),
  ...(kept.length === 0
    ? []
    : wrap(`There already, and not changed: ${kept.join(', ')} (vega-auth apis save changes one).`, look)),
];

interface Addresses {
  readonly redirectUri: string;
  readonly notifierWebhookUri: string | null;
  /** Where the server will listen; null at a port that nobody can guess. */
  readonly server: string | null;
  /** Nothing was found that does not work. */
  readonly isSound: boolean;
}

const ROUTES = '/api/v1/auth/upstox';

/** What is left to do at the broker, and after it. */
export const renderNext = (
  { redirectUri, notifierWebhookUri, server, isSound }: Addresses,
  look: Look,
): readonly string[] => {
  const own = server ?? 'the server';
  const relay = `${own}${ROUTES}/webhook`;
  return [
    '',
    'At the broker, in each of your API apps:',
    ...wrap(`Redirect URI  ${redirectUri}`, look, '  '),
    ...(notifierWebhookUri === null
      ? wrap(
          `Notifier webhook: none. Only approvals on the phone need one: an address of yours that passes on to ${relay}, also set as UPSTOX_NOTIFIER_WEBHOOK_URI.`,
          look,
          '  ',
        )
      : [
          ...wrap(`Notifier webhook  ${notifierWebhookUri}`, look, '  '),
          ...wrap(`It has to pass on to ${relay}.`, look, '    '),
        ]),
    '',
    ...wrap(isSound ? 'Next:' : 'Next, once vega-auth doctor marks nothing with ✕:', look),
    '  vega-auth generate  makes the tokens',
    '  vega-auth serve     the server with the operator page',
    '  vega-auth schedule  when the server makes the tokens by itself',
  ];
};
