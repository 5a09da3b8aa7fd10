import type { EventPayload } from '../../domain/event.ts';

/** Stands for an instant, which JSON has no word for. */
const INSTANT = '$instant';

/** An event’s payload as JSON. Kinds that are added later need nothing here. */
export const encodePayload = ({ kind, ...payload }: EventPayload): string =>
  JSON.stringify(withMarkedDates(payload));

/** The other way round. What was written by an older version is believed. */
export const decodePayload = (kind: string, text: string): EventPayload =>
  completed({ kind, ...JSON.parse(text, revive) });

/**
 * An older version told the run's numbers alone, under the names that are the account's now, and no operations that come
 * next.
 */
const completed = (payload: EventPayload): EventPayload => {
  if (payload.kind === 'AUTH_STATE')
    return {
      ...payload,
      authState: { ...payload.authState, nextOperations: payload.authState.nextOperations ?? [] },
    };
  if (payload.kind !== 'TOKEN_PROGRESS') return payload;
  const { progress } = payload;
  const { runTotal = progress.total, runGenerated = progress.generated } = progress;
  return { ...payload, progress: { ...progress, runTotal, runGenerated } };
};

const withMarkedDates = (value: unknown): unknown => {
  if (value instanceof Date) return { [INSTANT]: value.getTime() };
  if (Array.isArray(value)) return value.map(withMarkedDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withMarkedDates(part)]));
};

const revive = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && INSTANT in value ? new Date(Number(value[INSTANT])) : value;
