/** An event as the operation answers it: what every event has, and the field of its own kind. */
export interface EventAnswer {
  readonly __typename: string;
  readonly id: string;
  readonly at: string;
  readonly accountId: string;
  readonly [field: string]: unknown;
}

/** The name under which an EventSource hears a type of the schema's events: `AUTH_STATE` for `AuthStateEvent`. */
export const eventNameOf = (typename: string): string =>
  typename
    .replace(/Event$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toUpperCase();

/** What an EventSource reads: the name, the id to come back with, and the data as one line of JSON. */
export const toFrame = ({ __typename, id, at, accountId, ...own }: EventAnswer): string => {
  const [payload] = Object.values(own);
  const data = JSON.stringify({ ...(payload as object | undefined), accountId, at });
  return `event: ${eventNameOf(__typename)}\nid: ${id}\ndata: ${data}\n\n`;
};
