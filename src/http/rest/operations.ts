import { type Answer, json } from '../answer.ts';
import { notFound } from '../http-error.ts';
import * as documents from './gql/graphql.ts';

/** One route that is a GraphQL operation. */
export interface OperationRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Its variables are the route's parameters: of the query string, or of the JSON body. */
  readonly operation: string;
  readonly answer: (data: never) => Answer;
}

const rowOf =
  (method: OperationRow['method']) =>
  <Data extends object>(
    path: string,
    document: documents.TypedDocumentString<Data, never>,
    answer: (data: Data) => Answer = found,
  ): OperationRow => ({ method, path, operation: document.toString(), answer });
const get = rowOf('GET');
const post = rowOf('POST');

/** What the operation's one field holds. */
const found = (data: object): Answer => json(Object.values(data)[0]);
const accepted = (data: object): Answer => json(Object.values(data)[0], 202);

const loginSuccess = ({ loginSuccess }: documents.LoginSuccessQuery): Answer => {
  if (loginSuccess !== null) return json(loginSuccess);
  throw notFound('There is no valid token of this API.', 'Make one, then ask again.');
};

const gate = ({ ready, authState, readiness }: documents.GateQuery): Answer => {
  if (ready) return json({ ready, ...authState, readiness });
  const { state, primaryPresent, blockedBy, cooldown, nextAction } = authState;
  const primary = primaryPresent ? '' : ', PRIMARY has no valid token';
  const message = `The gate is shut: the account is in ${state}${primary}.`;
  const error = { code: blockedBy ?? 'NOT_READY', message, nextAction };
  const seconds = cooldown.remainingSeconds;
  return json(
    { error, ready, ...authState, readiness },
    503,
    seconds > 0 ? { 'retry-after': String(seconds) } : {},
  );
};

/** The REST mirror of the GraphQL API. The names in the answers are those that the desk's programs already know. */
export const OPERATIONS: readonly OperationRow[] = [
  post('/auth/start', documents.StartLoginDocument, accepted),
  get('/auth/status', documents.AuthStatusDocument),
  get('/auth/tokens', documents.TokensDocument),
  get('/auth/tokens/expiry', documents.TokenExpiryDocument),
  get('/auth/ready', documents.ReadyDocument, json),
  post('/auth/dashboard', documents.EnterDashboardDocument),
  post('/auth/logout', documents.LogoutDocument),
  get('/auth/upstox/tokens/status', documents.TokenStatusDocument),
  post('/auth/upstox/tokens/generate', documents.GenerateTokensDocument, accepted),
  get('/auth/upstox/login-success', documents.LoginSuccessDocument, loginSuccess),
  get('/accounts', documents.AccountsDocument),
  post('/accounts/switch', documents.SwitchAccountDocument),
  get('/audit/logs', documents.AuditLogsDocument, ({ auditLog }) => json(auditLog.nodes)),
  get('/readyz', documents.GateDocument, gate),
];
