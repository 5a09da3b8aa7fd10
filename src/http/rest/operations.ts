import type { BlockReason } from '../../domain/block-reason.ts';
import { restError } from '../rest-error.ts';
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

interface RowOptions {
  /** 200 if left out. */
  readonly status?: number;
  /** The answer; what the operation's one field holds if left out. */
  readonly shape?: (data: Data) => unknown;
  /** An answer in place of that, where the operation found something that is no success over HTTP. */
  readonly refuse?: (data: Data) => Response | null;
}

/** One route that is a GraphQL operation. */
export interface OperationRow extends RowOptions {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Its variables are the route's parameters: of the query string, or of the JSON body. */
  readonly operation: string;
}

const get = (path: string, operation: object, options: RowOptions = {}): OperationRow => ({
  method: 'GET',
  path,
  operation: operation.toString(),
  ...options,
});

const post = (path: string, operation: object, options: RowOptions = {}): OperationRow => ({
  ...get(path, operation, options),
  method: 'POST',
});

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
    refuse: ({ loginSuccess }) =>
      loginSuccess === null
        ? restError(404, 'NOT_FOUND', 'There is no valid token of this API.', 'Make one, then ask again.')
        : null,
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
  readonly nextAction: string;
  readonly cooldown: { readonly remainingSeconds: number };
}

const notReady = (facts: AuthStateFacts): Response => {
  const { state, primaryPresent, blockedBy, cooldown } = facts;
  const primary = primaryPresent ? '' : ', PRIMARY has no valid token';
  const error = {
    code: blockedBy ?? 'NOT_READY',
    message: `The gate is shut: the account is in ${state}${primary}.`,
    nextAction: facts.nextAction,
  };
  const headers: HeadersInit =
    cooldown.remainingSeconds > 0 ? { 'retry-after': String(cooldown.remainingSeconds) } : {};
  return Response.json({ error, ready: false, ...facts }, { status: 503, headers });
};
