import type {
  ApiName,
  AuthPhase,
  BlockReason,
  ExpiryLevel,
  LoginStep,
  NextOperation,
  RunStatus,
  StepStatus,
  Verdict,
} from './gql/graphql.ts';
import { BLOCK_WORDS, LOGIN_STEP_WORDS, RUN_WORDS, STATE_WORDS, type Word } from './words.ts';

/** What a headline is made of; every part of it comes from the API. */
export interface AccountSummary {
  readonly state: AuthPhase;
  readonly blockedBy?: BlockReason | null | undefined;
  readonly ready: boolean;
  readonly run?:
    | {
        readonly status: RunStatus;
        readonly queuePosition?: number | null | undefined;
        readonly steps: readonly {
          readonly apiName: ApiName;
          readonly status: StepStatus;
          readonly step?: LoginStep | null | undefined;
        }[];
      }
    | null
    | undefined;
  readonly tokens: readonly { readonly apiName: ApiName; readonly verdict: Verdict }[];
  /** What would be accepted now: nothing else is advised. */
  readonly nextOperations: readonly NextOperation[];
  /** How urgent the ends of the tokens are; nothing is said of them if left out. */
  readonly expiry?: readonly { readonly level: ExpiryLevel }[] | undefined;
}

/** Where an account stands and what to do next, in words. */
export interface Headline extends Word {
  readonly sentence: string;
  readonly nextAction: string;
}

/** The one place that says where an account stands; page and command line say it alike. */
export const headlineOf = (summary: AccountSummary): Headline => {
  const { state, blockedBy, ready, run, tokens } = summary;
  if (run?.status === 'QUEUED') return { ...RUN_WORDS.QUEUED, ...queued(run.queuePosition ?? 1) };
  // A run that waits on a phone or for a person's own login is under way, and blocked by nothing.
  if (blockedBy != null && blockedBy !== 'COOLDOWN')
    return { ...BLOCK_WORDS[blockedBy], ...blocked(blockedBy, summary) };
  const missingTokens = missingTokensOf(tokens);
  const nextAction = adviceOf(summary);
  if (isUnderWay(run) && run?.status !== 'COOLDOWN') return { ...STATE_WORDS[state], ...underWay(run) };
  switch (state) {
    case 'IDLE':
      return { ...STATE_WORDS.IDLE, sentence: idleSentence(tokens, missingTokens), nextAction };
    case 'LOGIN_STARTED':
    case 'TOKEN_GENERATION':
    case 'RESUME_GENERATION':
      return { ...STATE_WORDS[state], ...underWay(run) };
    case 'PARTIAL_AUTH':
      return {
        ...STATE_WORDS.PARTIAL_AUTH,
        sentence: missingTokens === '' ? 'A run has ended before its end.' : `${capital(missingTokens)}.`,
        nextAction,
      };
    case 'COOLDOWN':
      return {
        ...STATE_WORDS.COOLDOWN,
        sentence: `The broker needs rest${missingTokens === '' ? '' : `; ${missingTokens}`}.`,
        nextAction,
      };
    case 'PRIMARY_VALIDATED':
      return {
        ...STATE_WORDS.PRIMARY_VALIDATED,
        sentence:
          missingTokens === ''
            ? 'PRIMARY works; the rest is being confirmed.'
            : `PRIMARY works; ${missingTokens}.`,
        nextAction,
      };
    case 'AUTH_CONFIRMED':
    case 'DASHBOARD':
      if (!ready)
        return {
          ...STATE_WORDS[state],
          tone: 'warn',
          glyph: '◐',
          sentence: `Was confirmed, but is not now: ${missingTokens}.`,
          nextAction,
        };
      return {
        ...STATE_WORDS[state],
        ...(isEnding(summary) ? ({ tone: 'warn' } as const) : {}),
        sentence: `${missingTokens === '' ? 'Every token is valid' : `The partial set is accepted: ${missingTokens}`}${lastingOf(summary)}.`,
        nextAction: state === 'DASHBOARD' ? 'Nothing: trade.' : 'Go to the dashboard.',
      };
  }
};

const OVER: readonly RunStatus[] = ['COMPLETED', 'STOPPED', 'ABORTED'];

const isUnderWay = (run: AccountSummary['run']): boolean => run != null && !OVER.includes(run.status);

const idleSentence = (tokens: AccountSummary['tokens'], missingTokens: string): string => {
  if (tokens.length === 0) return 'No API app is configured, so there is no token to make.';
  return missingTokens === '' ? 'Not logged in; every token is valid.' : `Not logged in: ${missingTokens}.`;
};

/** What to do next, made of nothing but operations that would be accepted. */
const adviceOf = ({ nextOperations, run, blockedBy }: AccountSummary): string => {
  const may = (operation: NextOperation): boolean => nextOperations.includes(operation);
  if (run?.status === 'COOLDOWN') return 'Nothing: it goes on by itself when the time is up.';
  if (may('SAVE_API_CONFIG'))
    return 'Store an API app, PRIMARY first (APIs, or saveApiConfig); then generate.';
  if (may('UPDATE_CREDENTIALS')) return 'Save the credentials of the account (updateAccountCredentials).';
  if (may('CHECK_TOKENS'))
    return `Check with the broker${may('GENERATE_MISSING') ? '; then generate what is missing' : ''}.`;
  const accept = may('ACCEPT_PARTIAL');
  if (may('GENERATE_MISSING'))
    return `Generate what is missing${accept ? ', or accept the partial set' : ''}.`;
  if (accept) return 'Accept the partial set, or wait.';
  return blockedBy === 'COOLDOWN'
    ? 'Wait until the time is up; then generate what is missing.'
    : 'Nothing: wait.';
};

/** What making these tokens would replace although it works or may work, in words; empty when there is nothing of the kind. */
export const wouldReplaceIn = (tokens: AccountSummary['tokens']): string => {
  const among = (wanted: Verdict): string =>
    tokens.flatMap(({ apiName, verdict }) => (verdict === wanted ? apiName : [])).join(', ');
  const [valid, unknown] = [among('VALID'), among('UNKNOWN')];
  return [
    ...(valid === '' ? [] : [`${valid}, although valid`]),
    ...(unknown === '' ? [] : [`${unknown}, although nobody knows whether it works`]),
  ].join('; ');
};

/** The tokens that are not VALID, such as "PRIMARY missing; WEBSOCKET1, WEBSOCKET2 expired". Empty when there is none. */
export const missingTokensOf = (tokens: AccountSummary['tokens']): string => {
  const kinds = ['MISSING', 'INVALID', 'EXPIRED', 'UNKNOWN'] as const;
  const parts = kinds.flatMap((kind) => {
    const names = tokens.filter(({ verdict }) => verdict === kind).map(({ apiName }) => apiName);
    if (names.length === 0) return [];
    const isAll = names.length === tokens.length && names.length > 1;
    return [`${isAll ? `all ${names.length} tokens` : names.join(', ')} ${kind.toLowerCase()}`];
  });
  return parts.join('; ');
};

const isEnding = ({ expiry = [] }: AccountSummary): boolean =>
  expiry.some(({ level }) => level === 'AMBER' || level === 'RED');

/** That the end is near; empty while it is not. */
const lastingOf = ({ expiry = [] }: AccountSummary): string => {
  if (expiry.some(({ level }) => level === 'RED')) return ', for less than ten minutes';
  return expiry.some(({ level }) => level === 'AMBER') ? ', for less than an hour' : '';
};

type Said = Pick<Headline, 'sentence' | 'nextAction'>;

const queued = (position: number): Said => ({
  sentence: `Another account’s run has the browser; this one is number ${position} in the queue.`,
  nextAction: 'Nothing: it begins by itself.',
});

const underWay = (run: AccountSummary['run']): Said => {
  if (run == null) return { sentence: 'A run is about to begin.', nextAction: 'Nothing: wait.' };
  const made = run.steps.filter(({ status }) => status === 'DONE').length;
  const now = run.steps.find(({ status }) => status === 'RUNNING');
  const doing =
    now === undefined ? '' : `: ${now.apiName}${now.step == null ? '' : `, ${LOGIN_STEP_WORDS[now.step]}`}`;
  const sentence = `${made} of ${run.steps.length} made${doing}.`;
  return run.status === 'WAITING_OPERATOR'
    ? { sentence, nextAction: 'Act: approve on the phone, or log in at the address that was given.' }
    : { sentence, nextAction: 'Nothing: wait.' };
};

const blocked = (
  reason: Exclude<BlockReason, 'COOLDOWN'>,
  { run, tokens, nextOperations }: AccountSummary,
): Said => {
  const orAccept = nextOperations.includes('ACCEPT_PARTIAL') ? ', or accept the partial set' : '';
  const waits = run?.status === 'WAITING_OPERATOR';
  const missingTokens = missingTokensOf(tokens);
  switch (reason) {
    case 'CAPTCHA':
      return waits
        ? {
            sentence: 'The broker shows a CAPTCHA, and the run waits for you.',
            nextAction:
              'Solve it in the browser window on the machine of vega-auth; the run goes on by itself.',
          }
        : {
            sentence: 'The broker showed a CAPTCHA, and nobody solved it.',
            nextAction:
              'Log in once by hand in a normal browser, or run with UPSTOX_HEADLESS=false; then generate again.',
          };
    case 'CREDENTIALS_REJECTED':
      return {
        sentence: 'The broker rejected the credentials. Nothing is tried until you have looked at it.',
        nextAction: 'Log in by hand, correct what was wrong, then clear the quarantine with a reason.',
      };
    case 'APP_REJECTED':
      return {
        sentence: `The broker does not accept an app: ${missingTokens}.`,
        nextAction: `Put the app right at the broker and generate again${orAccept}.`,
      };
    case 'PAGE_CHANGED':
      return {
        sentence: 'The broker’s login page is not known any more.',
        nextAction: 'Log in once by hand to see what it asks for, then generate again.',
      };
    case 'BROKER_UNREACHABLE':
      return {
        sentence: 'The broker does not answer.',
        nextAction: 'Look at the broker’s status page, then generate again.',
      };
    case 'DATABASE':
      return {
        sentence: 'A token could not be written to the database.',
        nextAction: 'Check the file and the disk, then generate again.',
      };
    case 'ACTION_REQUIRED':
      return {
        sentence: 'The broker asks for something that only you may decide; nothing was agreed to.',
        nextAction: 'Log in at the broker by hand, decide about it there, then generate again.',
      };
    case 'MOBILE_REJECTED':
      return {
        sentence: 'The broker knows no account with the mobile number.',
        nextAction: 'Correct the mobile number, then generate again.',
      };
    case 'MAINTENANCE':
      return {
        sentence: 'The broker is closed for maintenance.',
        nextAction: 'Generate again when it is over.',
      };
    case 'BROWSER_BUSY':
      return {
        sentence: 'Another program has the browser.',
        nextAction: 'Wait for it, or stop it; the run then goes on by itself.',
      };
    case 'TOKENS_END_EACH_OTHER':
      return {
        sentence: `The broker seems to keep one token per user: making one ended another. ${capital(missingTokens)}.`,
        nextAction: `Generating again does not help. Enable only the APIs whose tokens the broker keeps at the same time${orAccept}.`,
      };
  }
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
