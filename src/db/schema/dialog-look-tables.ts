/** One row for each API. `landmarks` is JSON; times are milliseconds since 1970. */
export interface DialogLandmarksTable {
  account_id: string;
  api_name: string;
  landmarks: string;
  at: number;
}

export interface DialogLooksTable {
  id: string;
  account_id: string;
  api_name: string;
  at: number;
  origin: string;
  /** What of the schedule it belongs to, once for each API; NULL for the operator's own. */
  slot: string | null;
  verdict: string;
  message: string;
  next_action: string;
  /** A JSON array of texts. */
  changes: string;
  failure: string | null;
  compared_with: number | null;
}
