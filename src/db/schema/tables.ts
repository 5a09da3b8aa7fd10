import type { Generated } from 'kysely';
import type {
  AlertChannelsTable,
  AlertDeliveriesTable,
  AlertLinksTable,
  AlertsTable,
} from './alert-tables.ts';
import type { CapabilitiesTable, FeedHoldsTable } from './capability-tables.ts';
import type {
  CalendarDaysTable,
  CalendarFetchesTable,
  ReadinessTable,
  ScheduleOccurrencesTable,
  SchedulesTable,
} from './day-tables.ts';
import type { DialogLandmarksTable, DialogLooksTable } from './dialog-look-tables.ts';
import type { AccountLeasesTable } from './lease-tables.ts';
import type { HeldTokensTable, RoleAssignmentsTable } from './role-tables.ts';

/** The user's table: its columns, types and order are never changed. */
export interface UpstoxTokensTable {
  id: Generated<number>;
  access_token: string | null;
  api_name: string;
  client_id: string | null;
  client_secret: string | null;
  created_at: string | number | null;
  expires_in: number | null;
  is_primary: number | null;
  last_refreshed: string | number | null;
  redirect_uri: string | null;
  refresh_token: string | null;
  token_type: string | null;
  api_index: number | null;
  generated_at: string | number | null;
  is_active: number | null;
  purpose: string | null;
  updated_at: number | null;
  /** The account's number; NULL in rows of the predecessor means 1. */
  user_id: number | null;
  validity_at: string | number | null;
}

/** `upstox_tokens` has no column for the version, which rises with every replace. */
export interface TokenVersionsTable {
  account_number: number;
  api_name: string;
  version: number;
  fingerprint: string;
  operation: string;
  /** When the broker confirmed it to one of several machines. */
  confirmed_at?: number | null;
}

/** Why this program has marked a token inactive; without a row, another program has. */
export interface TokenMarksTable {
  account_number: number;
  api_name: string;
  fingerprint: string;
  reason: string;
  http_status: number | null;
  broker_code: string | null;
  /** The `updated_at` of the row in `upstox_tokens`. */
  marked_at: number;
}

export interface AccountsTable {
  number: number;
  id: string;
  name: string;
  broker_user_id: string | null;
  created_at: number;
  /** Sealed JSON; NULL where the environment describes the account. */
  credentials: Generated<string | null>;
  redirect_uri: Generated<string | null>;
  is_active: Generated<number>;
}

export interface GenerationRunsTable {
  id: string;
  account_id: string;
  mode: string;
  status: string;
  started_at: number;
  ended_at: number | null;
  /** The process that executes the run. */
  process_id: number;
  /** With the id, identifies the process; null where the system does not tell. */
  process_birth: string | null;
  /** JSON array; NULL where the run has ended no other API's token. */
  ended_tokens: Generated<string | null>;
  /** When somebody asked the worker that executes it to abort it. */
  abort_requested_at?: number | null;
}

export interface GenerationStepsTable {
  run_id: string;
  position: number;
  api_name: string;
  status: string;
  step: string | null;
  failure_code: string | null;
  failure_message: string | null;
  /** JSON array. */
  submitted: string;
  started_at: number | null;
  ended_at: number | null;
  /** JSON array, see `generation-runs.ts`. */
  phases: Generated<string>;
}

/** The ledger of what was submitted to the broker, written before the submission. Holds no secret. */
export interface LoginAttemptsTable {
  id: Generated<number>;
  account_id: string;
  run_id: string;
  api_name: string;
  kind: string;
  /** Which TOTP secret; with `time_step` unique for ever. */
  totp_fingerprint: string | null;
  time_step: number | null;
  at: number;
  /** How long the broker wants between this OTP request and the next; null where it did not say. */
  otp_interval_ms?: number | null;
  /** The epoch of the account's lease that the worker held; null where no worker has leased it. */
  epoch?: number | null;
  /** VEGA_EGRESS of the worker that requested an OTP. */
  egress?: string | null;
}

/** The union of the two shapes in use, with the account. `client_secret` is sealed. */
export interface UpstoxApiConfigsTable {
  api_index: number;
  api_name: string;
  client_id: string;
  client_secret: string;
  redirect_uri: string | null;
  is_primary: number | null;
  enabled: number | null;
  created_at: number | null;
  updated_at: number | null;
  account_number: number;
}

/** The state machine of each account. Times are milliseconds since 1970. */
export interface AuthStatesTable {
  account_id: string;
  phase: string;
  since: number;
  cooldown_from: number | null;
  cooldown_until: number | null;
  cooldown_reason: string | null;
  quarantined_at: number | null;
  cleared_at: number | null;
  accepted_until: number | null;
  logged_out: number;
  confirmed: number;
  /** When one of several machines made it the active account. */
  entered_at?: number | null;
}

/** The user's table for other programs: one row for each run. Times are milliseconds since 1970. */
export interface TokenExecutionStateTable {
  execution_id: string;
  last_success_api: string | null;
  next_api: string | null;
  last_failure_epoch: number | null;
  status: string | null;
  updated_at: number | null;
}

/** Tokens that a run waits for by other ways than the browser. Times are milliseconds since 1970. */
export interface PendingAcquisitionsTable {
  id: Generated<number>;
  account_id: string;
  run_id: string;
  api_name: string;
  client_id: string;
  kind: string;
  /** Of a CALLBACK: SHA-256 of the OAuth `state`, which itself is stored nowhere. */
  state_hash: string | null;
  requested_at: number | null;
  expires_at: number | null;
  failed_probes: Generated<number>;
  settled_at: number | null;
}

/** Which master key this database is sealed with; `proof` opens with that key only. */
export interface VaultTable {
  id: number;
  key_id: string;
  proof: string;
  /** Sealed; what the audit's chain is signed with. */
  audit_key: string | null;
}

/** Append-only, by trigger. `hash` covers the row and the hash of the row before it. */
export interface AuditEntriesTable {
  sequence: number;
  entry_key: string;
  at: number;
  severity: string;
  component: string;
  kind: string;
  message: string;
  correlation_id: string | null;
  account_id: string | null;
  api_name: string | null;
  hash: string;
}

/** The newest events, in order. `at` is in milliseconds since 1970. */
export interface EventsTable {
  id: number;
  at: number;
  /** NULL concerns every account. */
  account_id: string | null;
  kind: string;
  /** JSON, see `event-codec.ts`. */
  payload: string;
}

/** Access keys beside the operator's. Times are milliseconds since 1970. */
export interface AccessKeysTable {
  id: string;
  name: string;
  role: string;
  /** SHA-256 of the key, which itself is stored nowhere. */
  secret_hash: string;
  /** NULL for every account. */
  account_id: string | null;
  /** Separated by blanks; NULL for every API. */
  api_names: string | null;
  created_at: number;
  revoked_at: number | null;
}

/** The browsers that are logged in. Times are milliseconds since 1970. */
export interface SessionsTable {
  /** SHA-256 of the cookie's value, which itself is stored nowhere. */
  secret_hash: string;
  /** NULL for the operator. */
  key_id: string | null;
  ends_at: number;
}

/** The last version of each token that was leased to each key. */
export interface TokenLeasesTable {
  key_id: string;
  account_id: string;
  api_name: string;
  version: number;
  leased_at: number;
}

/** How far each spill file has been replayed. */
export interface SpillsTable {
  spill: string;
  /** The number of the last transaction. */
  last: number;
}

export interface Tables {
  upstox_tokens: UpstoxTokensTable;
  vega_token_versions: TokenVersionsTable;
  vega_token_marks: TokenMarksTable;
  vega_accounts: AccountsTable;
  vega_generation_runs: GenerationRunsTable;
  vega_generation_steps: GenerationStepsTable;
  vega_login_attempts: LoginAttemptsTable;
  upstox_api_configs: UpstoxApiConfigsTable;
  vega_vault: VaultTable;
  vega_auth_states: AuthStatesTable;
  token_execution_state: TokenExecutionStateTable;
  vega_pending_acquisitions: PendingAcquisitionsTable;
  vega_audit_entries: AuditEntriesTable;
  vega_events: EventsTable;
  vega_access_keys: AccessKeysTable;
  vega_sessions: SessionsTable;
  vega_token_leases: TokenLeasesTable;
  vega_spills: SpillsTable;
  vega_calendar_days: CalendarDaysTable;
  vega_calendar_fetches: CalendarFetchesTable;
  vega_schedules: SchedulesTable;
  vega_schedule_occurrences: ScheduleOccurrencesTable;
  vega_readiness: ReadinessTable;
  vega_capabilities: CapabilitiesTable;
  vega_feed_holds: FeedHoldsTable;
  vega_alert_channels: AlertChannelsTable;
  vega_alerts: AlertsTable;
  vega_alert_deliveries: AlertDeliveriesTable;
  vega_alert_links: AlertLinksTable;
  vega_dialog_landmarks: DialogLandmarksTable;
  vega_dialog_looks: DialogLooksTable;
  vega_role_assignments: RoleAssignmentsTable;
  vega_held_tokens: HeldTokensTable;
  vega_account_leases: AccountLeasesTable;
}
