import type { EventDraft, EventPayload, StoredEvent } from '../../domain/events/event.ts';
import type { EventReader } from './event-reader.ts';

/** Published once it is stored, or when the database does not take it. */
export interface DraftEntry {
  readonly kind: 'DRAFT';
  readonly draft: EventDraft;
  event: StoredEvent | null;
  /** It was given up, and is not published. */
  isLost: boolean;
}

/** What is to be published, in this order. */
export type Entry =
  | DraftEntry
  | { readonly kind: 'TICK'; readonly accountId: string; readonly payload: EventPayload }
  | { readonly kind: 'READER'; readonly reader: EventReader; readonly snapshot: readonly EventPayload[] };
