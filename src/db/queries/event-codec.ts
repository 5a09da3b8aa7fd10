import type { EventPayload } from '../../domain/events/event.ts';

/** Marks an instant, which JSON has no type for. */
const INSTANT = '$instant';

export const encodePayload = ({ kind, ...payload }: EventPayload): string =>
  JSON.stringify(withMarkedDates(payload));

export const decodePayload = (kind: string, text: string): EventPayload =>
  completed({ kind, ...JSON.parse(text, revive) });

/** Completes a payload of an older version, which had no next operations and only the run's numbers. */
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
