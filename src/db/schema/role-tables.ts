/** What serves a role; a role without a row is served by a login of its app. Times are milliseconds since 1970. */
export interface RoleAssignmentsTable {
  account_number: number;
  api_name: string;
  credential: string;
  /** Of SHARED only. */
  shared_with: string | null;
  /** From then on the row says LOGIN; NULL where it holds until the operator changes it. */
  ends_at: number | null;
  /** Added to the version of the token, so that a role's versions rise also when its credential changes. */
  version_base: number;
  changed_at: number;
  changed_by: string;
}

/** The tokens that live for a year. `access_token` is sealed. */
export interface HeldTokensTable {
  account_number: number;
  kind: string;
  access_token: string;
  fingerprint: string;
  /** NULL where the token does not say. */
  expires_at: number | null;
  imported_at: number;
  checked_at: number | null;
  verdict: string;
  http_status: number | null;
  version: number;
  /** The operator wants it in `upstox_tokens`, too. */
  in_token_table: number;
}
