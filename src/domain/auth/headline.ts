import type { ApiName } from '../account/api-name.ts';
import { type GenerationRun, isOver } from '../run/generation-run.ts';
import type { ExpiryLevel } from '../token/expiry.ts';
import type { Verdict } from '../token/verdict.ts';
import type { AuthPhase } from './auth-phase.ts';
import { type BlockReason, isQuarantine } from './block-reason.ts';
import type { NextOperation } from './next-operation.ts';

/** Where an account stands, in one sentence, and what a person does next. */
export interface Headline {
  readonly headline: string;
  readonly nextAction: string;
}

export interface HeadlineFacts {
  readonly state: AuthPhase;
  readonly blockedBy: BlockReason | null;
  readonly isReady: boolean;
  readonly run: Pick<GenerationRun, 'status' | 'steps'> | null;
  /** The run's program has ended without it, and nobody goes on with it; false if left out. */
  readonly isInterrupted?: boolean;
  /** Workers execute the runs, and whether one is connected is not known here; false if left out. */
  readonly isByWorkers?: boolean;
  readonly checks: readonly { readonly apiName: ApiName; readonly verdict: Verdict }[];
  /** What would be accepted now: nothing else is advised. */
  readonly nextOperations: readonly NextOperation[];
  /** How near the ends of the tokens are. */
  readonly levels: readonly ExpiryLevel[];
}

/** The one place that advises: page, command line and REST print it. */
export const headlineOf = (facts: HeadlineFacts): Headline => {
  const { run, blockedBy, isInterrupted = false, isByWorkers = false } = facts;
  if (isInterrupted && run !== null && !isQuarantine(blockedBy)) return interrupted(run);
  if (run?.status === 'QUEUED') return queued(isByWorkers);
  // A run that waits for a person's approval or login is under way, and blocked by nothing.
  if (blockedBy !== null && blockedBy !== 'COOLDOWN') return blocked(blockedBy, facts);
  if (run !== null && !isOver(run) && run.status !== 'COOLDOWN') return underWay(run);
  return { headline: standing(facts), nextAction: adviceOf(facts) };
};

const standing = (facts: HeadlineFacts): string => {
  const { state, checks, isReady } = facts;
  const missing = missingTokensOf(checks);
  switch (state) {
    case 'IDLE':
      if (checks.length === 0) return 'No API app is configured, so there is no token to make.';
      return missing === '' ? 'Not logged in; every token is valid.' : `Not logged in: ${missing}.`;
    case 'LOGIN_STARTED':
    case 'TOKEN_GENERATION':
    case 'RESUME_GENERATION':
      return 'A run is about to begin.';
    case 'PARTIAL_AUTH':
      return missing === '' ? 'A run has ended before its end.' : `${capital(missing)}.`;
    case 'COOLDOWN':
      return `The broker needs rest${missing === '' ? '' : `; ${missing}`}.`;
    case 'PRIMARY_VALIDATED':
      return missing === '' ? 'PRIMARY works; the rest is being confirmed.' : `PRIMARY works; ${missing}.`;
    case 'AUTH_CONFIRMED':
    case 'DASHBOARD':
      if (!isReady) return `Was confirmed, but is not now${missing === '' ? '' : `: ${missing}`}.`;
      return `${missing === '' ? 'Every token is valid' : `The partial set is accepted: ${missing}`}${lastingOf(facts)}.`;
  }
};

/** What to do next, made of nothing but operations that would be accepted. */
const adviceOf = ({ nextOperations, run, blockedBy, state, isReady, checks }: HeadlineFacts): string => {
  const may = (operation: NextOperation): boolean => nextOperations.includes(operation);
  if (run?.status === 'COOLDOWN') return 'Nothing: it goes on by itself when the time is up.';
  if (isReady && state === 'DASHBOARD') return 'Nothing: trade.';
  if (may('ENTER_DASHBOARD')) return 'Enter the dashboard.';
  if (may('SAVE_API_CONFIG'))
    return 'Store an API app, PRIMARY first (APIs, or saveApiConfig); then generate.';
  if (may('UPDATE_CREDENTIALS')) return 'Save the credentials of the account (updateAccountCredentials).';
  if (may('CHECK_TOKENS')) {
    const then = may('START_LOGIN') ? 'log in' : may('GENERATE_MISSING') ? 'generate what is missing' : null;
    return `Check with the broker (tokenStatus)${then === null ? '' : `; then ${then}`}.`;
  }
  if (may('START_LOGIN'))
    return missingTokensOf(checks) === '' ? 'Log in.' : 'Log in: that generates what is missing.';
  if (may('GENERATE_MISSING'))
    return `Generate what is missing${may('ACCEPT_PARTIAL') ? ', or accept the partial set' : ''}.`;
  if (may('IMPORT_TOKEN'))
    return `Import the token that no login makes (importToken)${may('ACCEPT_PARTIAL') ? ', or accept the partial set' : ''}.`;
  if (may('ACCEPT_PARTIAL')) return 'Accept the partial set, or wait.';
  return blockedBy === 'COOLDOWN'
    ? 'Wait until the time is up; then generate what is missing.'
    : 'Nothing: wait.';
};

/** The tokens that are not VALID, such as "WEBSOCKET1, WEBSOCKET2 missing; PRIMARY expired". Empty when there is none. */
export const missingTokensOf = (checks: HeadlineFacts['checks']): string => {
  const kinds = ['MISSING', 'INVALID', 'EXPIRED', 'UNKNOWN'] as const;
  const parts = kinds.flatMap((kind) => {
    const names = checks.filter(({ verdict }) => verdict === kind).map(({ apiName }) => apiName);
    if (names.length === 0) return [];
    const isAll = names.length === checks.length && names.length > 1;
    return [`${isAll ? `all ${names.length} tokens` : names.join(', ')} ${kind.toLowerCase()}`];
  });
  return parts.join('; ');
};

/** That the end is near; empty while it is not. */
const lastingOf = ({ levels }: HeadlineFacts): string => {
  if (levels.includes('RED')) return ', for less than ten minutes';
  return levels.includes('AMBER') ? ', for less than an hour' : '';
};

const underWay = ({ status, steps }: NonNullable<HeadlineFacts['run']>): Headline => {
  const now = steps.find((step) => step.status === 'RUNNING');
  const headline = `${madeOf(steps)} made${now === undefined ? '' : `; ${now.apiName} now`}.`;
  return status === 'WAITING_OPERATOR'
    ? { headline, nextAction: 'Act: approve on the phone, or log in at the address that was given.' }
    : { headline, nextAction: 'Nothing: wait.' };
};

const queued = (isByWorkers: boolean): Headline =>
  isByWorkers
    ? {
        headline: 'The run waits for a worker, or for the browser of one.',
        nextAction:
          'Nothing while a worker is connected: it begins by itself. systemHealth says when none is; `vega-auth work` starts one.',
      }
    : {
        headline: 'Another account’s run has the browser; this one is in the queue.',
        nextAction: 'Nothing: it begins by itself.',
      };

const interrupted = ({ steps }: NonNullable<HeadlineFacts['run']>): Headline => ({
  headline: `A run was interrupted: the program that executed it has ended. ${madeOf(steps)} made.`,
  nextAction:
    'Go on with it (`vega-auth resume`, or start the server): what is valid is not made again. Or end it (`vega-auth abort`).',
});

const madeOf = (steps: GenerationRun['steps']): string =>
  `${steps.filter((step) => step.status === 'DONE').length} of ${steps.length}`;

const blocked = (
  reason: Exclude<BlockReason, 'COOLDOWN'>,
  { run, checks, nextOperations }: HeadlineFacts,
): Headline => {
  const orAccept = nextOperations.includes('ACCEPT_PARTIAL') ? ', or accept the partial set' : '';
  const missing = missingTokensOf(checks);
  switch (reason) {
    case 'CAPTCHA':
      return run?.status === 'WAITING_OPERATOR'
        ? {
            headline: 'The broker shows a CAPTCHA, and the run waits for you.',
            nextAction:
              'Solve it in the browser window on the machine of vega-auth; the run goes on by itself.',
          }
        : {
            headline: 'The broker showed a CAPTCHA, and nobody solved it.',
            nextAction:
              'Log in once by hand in a normal browser, or run with UPSTOX_HEADLESS=false; then generate again.',
          };
    case 'CREDENTIALS_REJECTED':
      return {
        headline: 'The broker rejected the credentials. Nothing is tried until you have looked at it.',
        nextAction:
          'Log in by hand, correct what was wrong, then clear the quarantine with a reason (clearQuarantine).',
      };
    case 'APP_REJECTED':
      return {
        headline: `The broker does not accept an app${missing === '' ? '' : `: ${missing}`}.`,
        nextAction: `Put the app right at the broker and generate again, or serve the role otherwise (\`roles\` has plans)${orAccept}.`,
      };
    case 'PAGE_CHANGED':
      return {
        headline: 'The broker’s login page is not known any more.',
        nextAction: `Log in once by hand to see what it asks for, then generate again${orAccept}.`,
      };
    case 'BROKER_UNREACHABLE':
      return {
        headline: 'The broker does not answer.',
        nextAction: `Look at the broker’s status page, then generate again${orAccept}.`,
      };
    case 'DATABASE':
      return {
        headline: 'A token could not be written to the database.',
        nextAction: 'Check the database file, its permissions and the disk, then generate again.',
      };
    case 'ACTION_REQUIRED':
      return {
        headline: 'The broker asks for something that only you may decide; nothing was agreed to.',
        nextAction: 'Log in at the broker by hand, decide about it there, then generate again.',
      };
    case 'MOBILE_REJECTED':
      return {
        headline: 'The broker knows no account with the mobile number.',
        nextAction: 'Correct the mobile number, then generate again.',
      };
    case 'MAINTENANCE':
      return {
        headline: 'The broker is closed for maintenance.',
        nextAction: `Generate again when it is over${orAccept}.`,
      };
    case 'BROWSER_BUSY':
      return {
        headline: 'Another program has the browser.',
        nextAction: 'Wait for it, or stop it; the run then goes on by itself.',
      };
    case 'TOKENS_END_EACH_OTHER':
      return {
        headline: `The broker seems to keep one token per user: making one ended another. ${capital(missing)}.`,
        nextAction: `Generating again does not help. Enable only the APIs whose tokens the broker keeps at the same time${orAccept}.`,
      };
  }
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
