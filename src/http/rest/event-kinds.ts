/** The types of the schema's events by the names that an EventSource hears. */
export const EVENT_NAMES: Readonly<Record<string, string>> = {
  AuthStateEvent: 'AUTH_STATE',
  TokenProgressEvent: 'TOKEN_PROGRESS',
  CooldownEvent: 'COOLDOWN',
  AuthConfirmedEvent: 'AUTH_CONFIRMED',
  TokenStoredEvent: 'TOKEN_STORED',
  DbRecoveryEvent: 'DB_RECOVERY',
  AccountSwitchedEvent: 'ACCOUNT_SWITCHED',
  AuditEvent: 'AUDIT',
  HeartbeatEvent: 'HEARTBEAT',
  GapEvent: 'GAP',
};

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
  const [payload] = Object.values(own);
  const data = JSON.stringify({ ...(payload as object | undefined), accountId, at });
  return `event: ${EVENT_NAMES[__typename] ?? __typename}\nid: ${id}\ndata: ${data}\n\n`;
};
