import type { BlockReason } from '../../domain/auth-state.ts';
import type { NextOperation } from '../../domain/next-operation.ts';
import { restError } from '../rest-error.ts';
import { AUTH_STATE, COOLDOWN, RUN } from './selections.ts';

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
  readonly refuse?: (data: Data) => Response | null;
}

/** The REST mirror of the GraphQL API. The names in the answers are those that the desk's programs already know. */
export const OPERATIONS: readonly OperationRow[] = [
  {
    method: 'POST',
    path: '/auth/start',
    operation: `mutation ($accountId: ID) { startLogin(accountId: $accountId) { ${RUN} } }`,
    status: 202,
  },
  {
    method: 'GET',
    path: '/auth/status',
    operation: `query ($accountId: ID) { authState(accountId: $accountId) { ${AUTH_STATE} } }`,
  },
  {
    method: 'GET',
    path: '/auth/tokens',
    operation: `query ($accountId: ID) { tokens(accountId: $accountId) {
      apiName isPrimary verdict fingerprint generatedAt expiresAt checkedAt storage version } }`,
  },
  {
    method: 'GET',
    path: '/auth/tokens/expiry',
    operation: `query ($accountId: ID) { tokenExpiry(accountId: $accountId) {
      apiName expiresAt expiresAtIst remainingSeconds level } }`,
  },
  {
    method: 'GET',
    path: '/auth/ready',
    operation: 'query ($accountId: ID) { ready(accountId: $accountId) }',
    shape: (data) => data,
  },
  {
    method: 'POST',
    path: '/auth/dashboard',
    operation: `mutation ($accountId: ID) { enterDashboard(accountId: $accountId) { ${AUTH_STATE} } }`,
  },
  {
    method: 'POST',
    path: '/auth/logout',
    operation: `mutation ($accountId: ID, $revoke: Boolean) {
      logout(accountId: $accountId, revoke: $revoke) { ${AUTH_STATE} } }`,
  },
  {
    method: 'GET',
    path: '/auth/upstox/tokens/status',
    operation: `query ($accountId: ID) { tokenStatus(accountId: $accountId) {
      valid invalid missing unknown } }`,
  },
  {
    method: 'POST',
    path: '/auth/upstox/tokens/generate',
    operation: `mutation (
      $mode: GenerationMode!, $apiNames: [ApiName!], $accountId: ID,
      $via: AcquisitionPath, $replaceValid: Boolean, $includeUnknown: Boolean
    ) { generateTokens(
      mode: $mode, apiNames: $apiNames, accountId: $accountId,
      via: $via, replaceValid: $replaceValid, includeUnknown: $includeUnknown
    ) { ${RUN} } }`,
    status: 202,
  },
  {
    method: 'GET',
    path: '/auth/upstox/login-success',
    operation: `query ($accountId: ID, $apiName: ApiName) { loginSuccess(accountId: $accountId, apiName: $apiName) {
      status message api_name: apiName
      database { path operation total_active_tokens: totalActiveTokens }
      profile {
        user_name: userName user_id: userId email broker exchanges products
        order_types: orderTypes user_type: userType poa ddpi is_active: isActive
      } } }`,
    refuse: ({ loginSuccess }) =>
      loginSuccess === null
        ? restError(404, 'NOT_FOUND', 'There is no valid token of this API.', 'Make one, then ask again.')
        : null,
  },
  {
    method: 'GET',
    path: '/accounts',
    operation: `{ accounts {
      id name client broker plan isActive authState { state primaryPresent blockedBy } } }`,
  },
  {
    method: 'POST',
    path: '/accounts/switch',
    operation: `mutation ($accountId: ID!) { switchAccount(accountId: $accountId) {
      id name client broker plan isActive authState { state primaryPresent blockedBy } } }`,
  },
  {
    method: 'GET',
    path: '/audit/logs',
    operation: `query ($limit: Int = 100, $after: String, $severity: Severity, $component: AuditComponent) {
      auditLog(first: $limit, after: $after, severity: $severity, component: $component) { nodes {
        id timestamp severity component message correlationId apiName accountId kind } } }`,
    shape: ({ auditLog }) => (auditLog as { nodes: unknown }).nodes,
  },
  {
    method: 'GET',
    path: '/readyz',
    operation: `query ($accountId: ID) {
      ready(accountId: $accountId)
      authState(accountId: $accountId) {
        accountId state primaryPresent blockedBy nextOperations cooldown { ${COOLDOWN} } }
    }`,
    shape: ({ ready, authState }) => ({ ready, ...(authState as AuthStateFacts) }),
    refuse: ({ ready, authState }) => (ready === true ? null : notReady(authState as AuthStateFacts)),
  },
];

interface AuthStateFacts {
  readonly state: string;
  readonly primaryPresent: boolean;
  readonly blockedBy: BlockReason | null;
  readonly nextOperations: readonly NextOperation[];
  readonly cooldown: { readonly remainingSeconds: number };
}

const notReady = (facts: AuthStateFacts): Response => {
  const { state, primaryPresent, blockedBy, cooldown } = facts;
  const primary = primaryPresent ? '' : ', PRIMARY has no valid token';
  const error = {
    code: blockedBy ?? 'NOT_READY',
    message: `The gate is shut: the account is in ${state}${primary}.`,
    nextAction: adviceOf(facts),
  };
  const headers: HeadersInit =
    cooldown.remainingSeconds > 0 ? { 'retry-after': String(cooldown.remainingSeconds) } : {};
  return Response.json({ error, ready: false, ...facts }, { status: 503, headers });
};

/** What blocks comes first; beside that only what would be accepted is advised. */
const adviceOf = ({ blockedBy, nextOperations }: AuthStateFacts): string => {
  const words = nextOperations.map((operation) => OPERATION_WORDS[operation]);
  if (blockedBy === null) return words.length === 0 ? 'Wait.' : `${capital(words.join(', or '))}.`;
  const canAccept = nextOperations.includes('ACCEPT_PARTIAL');
  return `${NEXT_ACTIONS[blockedBy]}${canAccept ? ` Or ${OPERATION_WORDS.ACCEPT_PARTIAL}.` : ''}`;
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

const NEXT_ACTIONS: Readonly<Record<BlockReason, string>> = {
  CAPTCHA: 'Solve the CAPTCHA in the browser window, or log in by hand.',
  COOLDOWN: 'Wait until it is over; a run that was interrupted goes on by itself.',
  CREDENTIALS_REJECTED: 'Log in by hand, correct what was wrong, then call clearQuarantine with a reason.',
  APP_REJECTED: 'Put the app right at the broker, then generate again.',
  PAGE_CHANGED: 'Look at the login page; it is not known any more.',
  BROKER_UNREACHABLE: "Look at the broker's status page, then generate again.",
  DATABASE: 'Check the database file, its permissions and the disk.',
  BROWSER_BUSY: 'Wait for the other process, or end it.',
  ACTION_REQUIRED: 'Log in at the broker by hand, decide about what its page asks, then generate again.',
  MOBILE_REJECTED: 'Correct the mobile number, then generate again.',
  MAINTENANCE: "Generate again when the broker's maintenance is over.",
  TOKENS_END_EACH_OTHER: 'Enable only the APIs whose tokens the broker keeps at the same time.',
};
