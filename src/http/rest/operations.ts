import type { BlockReason } from '../../domain/auth-state.ts';
import { FAILURES, type FailureCode } from '../../domain/failure.ts';
import type { NextOperation } from '../../domain/next-operation.ts';
import { type Answer, json } from '../answer.ts';
import { notFound } from '../http-error.ts';
import {
  AccountsDocument,
  AuditLogsDocument,
  AuthStatusDocument,
  EnterDashboardDocument,
  GateDocument,
  GenerateTokensDocument,
  LoginSuccessDocument,
  LogoutDocument,
  ReadyDocument,
  StartLoginDocument,
  SwitchAccountDocument,
  TokenExpiryDocument,
  TokenStatusDocument,
  TokensDocument,
} from './gql/graphql.ts';

/** What an operation answered, its fields by name. */
type Data = Readonly<Record<string, unknown>>;

/** One route that is a GraphQL operation. */
export interface OperationRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Its variables are the route's parameters: of the query string, or of the JSON body. */
  readonly operation: string;
  /** 200 if left out. */
  readonly status?: number;
  /** The answer; what the operation's one field holds if left out. */
  readonly shape?: (data: Data) => unknown;
  /** An answer in place of that, where the operation found something that is no success over HTTP. */
  readonly refuse?: (data: Data) => Answer | null;
}

const rowOf =
  (method: OperationRow['method']) =>
  (path: string, operation: object, options: Partial<OperationRow> = {}): OperationRow => ({
    ...options,
    method,
    path,
    operation: operation.toString(),
  });
const get = rowOf('GET');
const post = rowOf('POST');

/** The REST mirror of the GraphQL API. The names in the answers are those that the desk's programs already know. */
export const OPERATIONS: readonly OperationRow[] = [
  post('/auth/start', StartLoginDocument, { status: 202 }),
  get('/auth/status', AuthStatusDocument),
  get('/auth/tokens', TokensDocument),
  get('/auth/tokens/expiry', TokenExpiryDocument),
  get('/auth/ready', ReadyDocument, { shape: (data) => data }),
  post('/auth/dashboard', EnterDashboardDocument),
  post('/auth/logout', LogoutDocument),
  get('/auth/upstox/tokens/status', TokenStatusDocument),
  post('/auth/upstox/tokens/generate', GenerateTokensDocument, { status: 202 }),
  get('/auth/upstox/login-success', LoginSuccessDocument, {
    refuse: ({ loginSuccess }) => {
      if (loginSuccess !== null) return null;
      throw notFound('There is no valid token of this API.', 'Make one, then ask again.');
    },
  }),
  get('/accounts', AccountsDocument),
  post('/accounts/switch', SwitchAccountDocument),
  get('/audit/logs', AuditLogsDocument, {
    shape: ({ auditLog }) => (auditLog as { nodes: unknown }).nodes,
  }),
  get('/readyz', GateDocument, {
    shape: ({ ready, authState }) => ({ ready, ...(authState as AuthStateFacts) }),
    refuse: ({ ready, authState }) => (ready === true ? null : notReady(authState as AuthStateFacts)),
  }),
];

interface AuthStateFacts {
  readonly state: string;
  readonly primaryPresent: boolean;
  readonly blockedBy: BlockReason | null;
  readonly nextOperations: readonly NextOperation[];
  readonly cooldown: { readonly remainingSeconds: number };
}

const notReady = (facts: AuthStateFacts): Answer => {
  const { state, primaryPresent, blockedBy, cooldown } = facts;
  const primary = primaryPresent ? '' : ', PRIMARY has no valid token';
  const error = {
    code: blockedBy ?? 'NOT_READY',
    message: `The gate is shut: the account is in ${state}${primary}.`,
    nextAction: adviceOf(facts),
  };
  const seconds = cooldown.remainingSeconds;
  return json({ error, ready: false, ...facts }, 503, seconds > 0 ? { 'retry-after': String(seconds) } : {});
};

/** What blocks comes first; beside that only what would be accepted is advised. */
const adviceOf = ({ blockedBy, nextOperations }: AuthStateFacts): string => {
  const words = nextOperations.map((operation) => OPERATION_WORDS[operation]);
  if (blockedBy === null) return words.length === 0 ? 'Wait.' : `${capital(words.join(', or '))}.`;
  const canAccept = nextOperations.includes('ACCEPT_PARTIAL');
  return `${nextActionOf(blockedBy)}${canAccept ? ` Or ${OPERATION_WORDS.ACCEPT_PARTIAL}.` : ''}`;
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const OPERATION_WORDS: Readonly<Record<NextOperation, string>> = {
  SAVE_API_CONFIG: 'store an API app with saveApiConfig, PRIMARY first',
  UPDATE_CREDENTIALS: 'save the credentials with updateAccountCredentials',
  CLEAR_QUARANTINE: 'call clearQuarantine with a reason',
  CHECK_TOKENS: 'check the tokens with tokenStatus',
  GENERATE_MISSING: 'generate what is missing',
  ACCEPT_PARTIAL: 'accept the partial set with acceptPartial',
  ENTER_DASHBOARD: 'enter the dashboard',
};

/** Where more is to be said than of the failure of that name, or where there is none. */
const NEXT_ACTIONS: Readonly<
  Record<Exclude<BlockReason, FailureCode> | 'CAPTCHA' | 'CREDENTIALS_REJECTED', string>
> = {
  CAPTCHA: 'Solve the CAPTCHA in the browser window, or log in by hand.',
  COOLDOWN: 'Wait until it is over; a run that was interrupted goes on by itself.',
  CREDENTIALS_REJECTED: 'Log in by hand, correct what was wrong, then call clearQuarantine with a reason.',
  DATABASE: 'Check the database file, its permissions and the disk.',
  BROWSER_BUSY: 'Wait for the other process, or end it.',
  TOKENS_END_EACH_OTHER: 'Enable only the APIs whose tokens the broker keeps at the same time.',
};

const nextActionOf = (reason: BlockReason): string =>
  reason in NEXT_ACTIONS
    ? NEXT_ACTIONS[reason as keyof typeof NEXT_ACTIONS]
    : FAILURES[reason as FailureCode].nextAction;
