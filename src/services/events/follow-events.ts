import type { Database } from '../../db/database.ts';
import type { Caller } from '../../domain/account/access-key.ts';
import type { Account } from '../../domain/account/account.ts';
import type { AuthState } from '../../domain/auth/auth-state.ts';
import type { DbRecovery } from '../../domain/events/db-recovery.ts';
import {
  type AuthEvent,
  CONFIRMATION,
  type ControlEvent,
  type EventPayload,
} from '../../domain/events/event.ts';
import { canReceive } from '../../domain/events/event-visibility.ts';
import type { Readiness } from '../../domain/readiness/readiness.ts';
import type { TokenProgress } from '../../domain/run/generation-run.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { EventLog } from './event-log.ts';
import type { EventReader } from './event-reader.ts';

interface Parts {
  readonly database: Database;
  readonly events: EventLog;
  readonly states: States;
  readonly readiness: Forecasts;
}

interface Forecasts {
  /** Forecasts are published; where they are not, only who asks for them is told. */
  readonly isBegun: boolean;
  read(account: Account): Promise<Readiness>;
}

interface States {
  /** Calls `begin` with the account's state, before anything changes it. */
  snapshot<Result>(account: Account, begin: (view: View) => Result): Promise<Result>;
}

interface SubscribeOptions {
  readonly accountId?: string | null | undefined;
  /** The last event the reader has seen; without it the state as it is comes first. */
  readonly after?: number | undefined;
  /** Only events of this kind. */
  readonly only?: AuthEvent['kind'] | undefined;
}

/**
 * An account's events, as far as the caller may hear them, until the reader leaves; without an account those of whichever
 * is the active one.
 */
export const followEvents = async (
  { database, events, states, readiness }: Parts,
  caller: Caller,
  { accountId, after, only }: SubscribeOptions,
): Promise<EventReader> => {
  await events.admit();
  const mayReceive = (payload: EventPayload | ControlEvent): boolean => canReceive(caller, payload);
  const isFollowing = accountId == null;
  const options = { only, canReceive: mayReceive };
  if (after !== undefined) {
    const { id } = await getAccount(database, accountId);
    return events.subscribe(isFollowing ? null : id, { ...options, after });
  }
  // What other processes have stored so far is in the state, so the reader begins after it.
  await events.readForeign();
  for (;;) {
    const account = await getAccount(database, isFollowing ? events.activeId : accountId);
    const isForecast = readiness.isBegun || only === 'READINESS';
    const forecast = isForecast ? await readiness.read(account) : null;
    const reader = await states.snapshot(account, (view) => {
      // Another account has become the active one meanwhile.
      if (isFollowing && events.activeId !== account.id) return null;
      const snapshot = snapshotOf(view, database.recovery, forecast);
      return events.subscribe(isFollowing ? null : account.id, { ...options, snapshot });
    });
    if (reader !== null) return reader;
  }
};

interface View {
  readonly authState: AuthState;
  readonly progress: TokenProgress;
  readonly isReady: boolean;
}

const snapshotOf = (
  { authState, progress: numbers, isReady }: View,
  recovery: DbRecovery,
  forecast: Readiness | null,
): readonly EventPayload[] => {
  const { run, cooldown } = authState;
  const progress: EventPayload[] = run === null ? [] : [{ kind: 'TOKEN_PROGRESS', progress: numbers }];
  const confirmation: EventPayload[] = isReady
    ? [{ kind: 'AUTH_CONFIRMED', confirmation: CONFIRMATION }]
    : [];
  const outage: EventPayload[] = recovery.dbLocked ? [{ kind: 'DB_RECOVERY', recovery }] : [];
  return [
    ...outage,
    { kind: 'AUTH_STATE', authState },
    ...progress,
    { kind: 'COOLDOWN', cooldown },
    ...confirmation,
    ...(forecast === null ? [] : [{ kind: 'READINESS', readiness: forecast } as const]),
  ];
};
