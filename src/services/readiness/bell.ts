import type { Account } from '../../domain/account/account.ts';

/** When an account's tokens have to be there. */
export interface AccountBell {
  readonly at: Date;
  /** False where the calendar's sources disagree about the day. */
  readonly isCertain: boolean;
}

/** The bell of the session that is on, else of the next one within a day; null where there is none. */
export type BellOfAccount = (account: Account, now: Date) => Promise<AccountBell | null>;

/** When the scheduler starts the account's next run; null where it starts none. */
export type NextStart = (account: Account, now: Date) => Promise<Date | null>;
