/** Where alerts go. `target` is sealed JSON; times are milliseconds since 1970. */
export interface AlertChannelsTable {
  id: string;
  name: string;
  kind: string;
  destination: string;
  target: string;
  /** Separated by blanks; NULL for every kind. */
  kinds: string | null;
  account_id: string | null;
  after_minutes: number;
  quiet_from: string | null;
  quiet_until: string | null;
  created_at: number;
  pinged_at: number | null;
  ping_answer: string | null;
}

/** `fact` is unique among the alerts of one kind. */
export interface AlertsTable {
  id: string;
  kind: string;
  fact: string;
  account_id: string | null;
  title: string;
  text: string;
  raised_at: number;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  resolved_at: number | null;
}

/** The outbox: one row for each alert and channel. */
export interface AlertDeliveriesTable {
  id: string;
  alert_id: string;
  channel_id: string;
  /** The history outlives the channel. */
  channel_name: string;
  reason: string;
  state: string;
  due_at: number;
  attempts: number;
  attempted_at: number | null;
  answer: string | null;
  /** The process that has written the row: in an outage no other one knows it. */
  made_by_id: number;
  made_by_birth: string | null;
  /** The process that is sending it now. */
  claimed_by_id: number | null;
  claimed_by_birth: string | null;
  claimed_until: number | null;
}

/** Links that acknowledge an alert: of each only the hash of its text. */
export interface AlertLinksTable {
  hash: string;
  alert_id: string;
  made_at: number;
}
