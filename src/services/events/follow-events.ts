import type { Caller } from '../../domain/access-key.ts';
import type { AuthState } from '../../domain/auth-state.ts';
import type { DbRecovery } from '../../domain/db-recovery.ts';
import { type AuthAside, type AuthEvent, type AuthHappening, CONFIRMATION } from '../../domain/event.ts';
import { progressOf } from '../../domain/generation-run.ts';
import { mayHear } from '../../domain/hearing.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Services } from '../services.ts';
import type { EventReader } from './event-reader.ts';

interface Wish {
  readonly accountId?: string | null | undefined;
  /** The last event the reader has seen; without it the state as it is comes first. */
  readonly after?: number | undefined;
  /** Only events of this kind. */
  readonly only?: AuthEvent['kind'] | undefined;
}

/** An account's events, as far as the caller may hear them, until the reader leaves. */
export const followEvents = async (
  { database, events, runs, states }: Pick<Services, 'database' | 'events' | 'runs' | 'states'>,
  caller: Caller,
  { accountId, after, only }: Wish,
): Promise<EventReader> => {
  await events.admit();
  const account = await getAccount(database, accountId);
  const hears = (happening: AuthHappening | AuthAside): boolean => mayHear(caller, happening);
  if (after !== undefined) return events.subscribe(account.id, { after, only, hears });
  // What others have kept so far is in the state, so the reader begins behind it.
  await events.look();
  const authState = await states.read(account);
  const isReady = await states.ready(account);
  // No `await` from here on: what happens between reading the state and listening would be missed.
  const run = runs.live(account.id) ?? authState.run;
  return events.subscribe(account.id, {
    snapshot: snapshotOf({ ...authState, run }, isReady, database.recovery),
    only,
    hears,
  });
};

const snapshotOf = (
  authState: AuthState,
  isReady: boolean,
  recovery: DbRecovery,
): readonly AuthHappening[] => {
  const { run, cooldown } = authState;
  const progress: AuthHappening[] =
    run === null ? [] : [{ kind: 'TOKEN_PROGRESS', progress: progressOf(run) }];
  const confirmation: AuthHappening[] = isReady
    ? [{ kind: 'AUTH_CONFIRMED', confirmation: CONFIRMATION }]
    : [];
  const outage: AuthHappening[] = recovery.dbLocked ? [{ kind: 'DB_RECOVERY', recovery }] : [];
  return [
    ...outage,
    { kind: 'AUTH_STATE', authState },
    ...progress,
    { kind: 'COOLDOWN', cooldown },
    ...confirmation,
  ];
};
