/** Which worker may log in to an account. `until` is in milliseconds since 1970 by the clock of the database. */
export interface AccountLeasesTable {
  account_id: string;
  worker_id: string;
  /** Rises whenever the lease goes to another holder, or to the same one anew. */
  epoch: number;
  until: number;
}
