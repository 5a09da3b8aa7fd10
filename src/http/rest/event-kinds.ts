import { AUTH_STATE, COOLDOWN } from './selections.ts';

/** One kind of event: its type in the schema, its name for an EventSource, and what of it becomes the data. */
export interface EventKind {
  readonly type: string;
  readonly name: string;
  /** A field of the type with its selection; null when there is nothing to tell but the fact. */
  readonly payload: string | null;
}

export const EVENT_KINDS: readonly EventKind[] = [
  { type: 'AuthStateEvent', name: 'AUTH_STATE', payload: `authState { ${AUTH_STATE} }` },
  {
    type: 'TokenProgressEvent',
    name: 'TOKEN_PROGRESS',
    payload: 'progress { total generated missing runTotal runGenerated current step runId }',
  },
  { type: 'CooldownEvent', name: 'COOLDOWN', payload: `cooldown { ${COOLDOWN} }` },
  { type: 'AuthConfirmedEvent', name: 'AUTH_CONFIRMED', payload: 'confirmation { authenticated redirect }' },
  { type: 'TokenStoredEvent', name: 'TOKEN_STORED', payload: 'stored { apiName version }' },
  {
    type: 'DbRecoveryEvent',
    name: 'DB_RECOVERY',
    payload: 'recovery { dbLocked fallback autoRestart pendingWrites }',
  },
  {
    type: 'AccountSwitchedEvent',
    name: 'ACCOUNT_SWITCHED',
    payload: 'account { id name client broker plan isActive }',
  },
  {
    type: 'AuditEvent',
    name: 'AUDIT',
    payload: 'entry { timestamp severity component message correlationId apiName kind }',
  },
  { type: 'HeartbeatEvent', name: 'HEARTBEAT', payload: null },
  { type: 'GapEvent', name: 'GAP', payload: null },
];

const selectionOf = ({ type, payload }: EventKind): string =>
  payload === null ? '' : `... on ${type} { ${payload} }`;

export const EVENTS_OPERATION = `subscription ($accountId: ID, $after: ID) {
  events(accountId: $accountId, after: $after) {
    __typename id at accountId
    ${EVENT_KINDS.map(selectionOf).join('\n    ')}
  }
}`;

/** An event as the operation answers it: what every event has, and the field of its own kind. */
export interface EventAnswer {
  readonly __typename: string;
  readonly id: string;
  readonly at: string;
  readonly accountId: string;
  readonly [field: string]: unknown;
}

/** What an EventSource reads: the name, the id to come back with, and the data as one line of JSON. */
export const toFrame = ({ __typename, id, at, accountId, ...own }: EventAnswer): string => {
  const kind = EVENT_KINDS.find(({ type }) => type === __typename);
  const [payload] = Object.values(own);
  const data = JSON.stringify({ ...(payload as object | undefined), accountId, at });
  return `event: ${kind?.name ?? __typename}\nid: ${id}\ndata: ${data}\n\n`;
};
