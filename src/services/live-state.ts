import type { AuthEvent } from '../domain/event.ts';
import { type GenerationRun, progressOf } from '../domain/generation-run.ts';
import { getAccount } from './accounts.ts';
import type { Services } from './services.ts';

interface Wish {
  readonly accountId?: string | null | undefined;
  /** The last event the reader has seen; without it the state as it is comes first. */
  readonly after?: number | undefined;
  /** Only events of this kind. */
  readonly only?: AuthEvent['kind'] | undefined;
}

/** An account's events, until the reader leaves. */
export const followEvents = async (
  { database, events, generation }: Pick<Services, 'database' | 'events' | 'generation'>,
  { accountId, after, only }: Wish,
): Promise<AsyncIterableIterator<AuthEvent>> => {
  const account = await getAccount(database, accountId);
  const stored = await generation.latest(account.id);
  // No `await` from here on: what happens between reading the state and listening would be missed.
  const run = generation.live(account.id) ?? stored;
  const snapshot = after === undefined && run !== null ? [snapshotOf(run, events)] : [];
  return events.subscribe(account.id, { after, snapshot, only });
};

const snapshotOf = (run: GenerationRun, events: Services['events']): AuthEvent =>
  events.aside(run.accountId, { kind: 'TOKEN_PROGRESS', progress: progressOf(run) });
