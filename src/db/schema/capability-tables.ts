/** What the last probe has told of a role's token. Times are milliseconds since 1970. */
export interface CapabilitiesTable {
  account_id: string;
  api_name: string;
  fingerprint: string;
  result: string;
  reason: string | null;
  http_status: number | null;
  broker_code: string | null;
  checked_at: number;
}

/** The one socket of a user that a probe may open: of which program, and until when at most. */
export interface FeedHoldsTable {
  user_key: string;
  holder: string;
  process_id: number;
  process_birth: string | null;
  until: number;
}
