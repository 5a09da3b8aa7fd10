/**
 * What the API's advice names, and what that is on a command line. Names that are also plain words count only where they
 * stand in backticks.
 */
const WORDS: Readonly<Record<string, string>> = {
  'the subscription tokenProgress': '`vega-auth watch`',
  'accept the partial set': 'accept the partial set (`vega-auth accept-partial`)',
  'Accept the partial set': 'Accept the partial set (`vega-auth accept-partial`)',
  'Ask authState for `nextOperations`': 'Look at `vega-auth status`',
  '`accounts`': '`vega-auth accounts list`',
  '`alerts`': '`vega-auth alerts list`',
  '`roles`': '`vega-auth roles list`',
  acceptPartial: '`vega-auth accept-partial`',
  accessKeys: '`vega-auth keys list`',
  alertChannels: '`vega-auth alerts channels list`',
  assignRole: '`vega-auth roles assign`',
  authState: '`vega-auth status`',
  clearQuarantine: '`vega-auth accounts clear-quarantine`',
  createAccessKey: '`vega-auth keys create`',
  dbRecovery: '`vega-auth watch`',
  generateTokens: '`vega-auth generate`',
  importToken: '`vega-auth roles import`',
  removeRole: '`vega-auth roles remove`',
  saveApiConfig: '`vega-auth apis save`',
  setApiConfigEnabled: '`vega-auth apis enable` or `disable`',
  systemHealth: '`vega-auth doctor`',
  tokenProgress: '`vega-auth watch`',
  tokenStatus: '`vega-auth status`',
  updateAccountCredentials: '`vega-auth accounts credentials`',
  'includeUnknown: true': '--include-unknown',
  'replaceValid: true': '--replace-valid',
  'revoke: true': '--revoke',
  bellLeadMinutes: '--lead',
  catchUpUntil: '--until',
  jitterSeconds: '--jitter',
  minutesBeforeBell: '--before',
  startAt: '--at',
};

const PATTERN = new RegExp(
  Object.keys(WORDS)
    .map((word) => (word.includes('`') ? word : `\`${word}\`|\\b${word}\\b`))
    .join('|'),
  'g',
);

/** A text of the API for somebody who has only the command line: operations and arguments as commands and options. */
export const inCommands = (text: string): string =>
  text.replaceAll(PATTERN, (word) => WORDS[word] ?? WORDS[word.replaceAll('`', '')] ?? word);
