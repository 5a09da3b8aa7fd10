import type { EventPayload } from '../domain/event.ts';

/** Stands for an instant, which JSON has no word for. */
const INSTANT = '$instant';

/** A happening as JSON. Kinds that are added later need nothing here. */
export const encodeHappening = ({ kind, ...happening }: EventPayload): string =>
  JSON.stringify(withMarkedDates(happening));

/** The other way round. What was written by an older version is believed. */
export const decodeHappening = (kind: string, payload: string): EventPayload =>
  completed({ kind, ...JSON.parse(payload, revive) });

/**
 * An older version told the run's numbers alone, under the names that are the account's now, and no operations that come
 * next.
 */
const completed = (happening: EventPayload): EventPayload => {
  if (happening.kind === 'AUTH_STATE')
    return {
      ...happening,
      authState: { ...happening.authState, nextOperations: happening.authState.nextOperations ?? [] },
    };
  if (happening.kind !== 'TOKEN_PROGRESS') return happening;
  const { progress } = happening;
  const { runTotal = progress.total, runGenerated = progress.generated } = progress;
  return { ...happening, progress: { ...progress, runTotal, runGenerated } };
};

const withMarkedDates = (value: unknown): unknown => {
  if (value instanceof Date) return { [INSTANT]: value.getTime() };
  if (Array.isArray(value)) return value.map(withMarkedDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withMarkedDates(part)]));
};

const revive = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && INSTANT in value ? new Date(Number(value[INSTANT])) : value;
