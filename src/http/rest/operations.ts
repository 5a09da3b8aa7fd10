import type { BlockReason } from '../../domain/auth/block-reason.ts';
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
    shape: ({ ready, authState, readiness }) => ({ ready, ...(authState as AuthStateFacts), readiness }),
    refuse: ({ ready, authState, readiness }) =>
      ready === true ? null : notReady(authState as AuthStateFacts, readiness),
  }),
];

interface AuthStateFacts {
  readonly state: string;
  readonly primaryPresent: boolean;
  readonly blockedBy: BlockReason | null;
  readonly nextAction: string;
  readonly cooldown: { readonly remainingSeconds: number };
}

const notReady = (facts: AuthStateFacts, readiness: unknown): Answer => {
  const { state, primaryPresent, blockedBy, cooldown } = facts;
  const primary = primaryPresent ? '' : ', PRIMARY has no valid token';
  const error = {
    code: blockedBy ?? 'NOT_READY',
    message: `The gate is shut: the account is in ${state}${primary}.`,
    nextAction: facts.nextAction,
  };
  const seconds = cooldown.remainingSeconds;
  return json(
    { error, ready: false, ...facts, readiness },
    503,
    seconds > 0 ? { 'retry-after': String(seconds) } : {},
  );
};
