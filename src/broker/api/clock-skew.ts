import type { BrokerApi } from './broker-api.ts';
/** A wrong clock makes wrong codes. The broker's clock is told in whole seconds. */
export const MAX_CLOCK_SKEW_MS = 3000;

/** How far this machine's clock is off by an answer's `Date`; zero within what the answer can tell. */
export interface ClockSkew {
  readonly milliseconds: number;
  readonly direction: 'behind' | 'ahead of';
}

/** The answer's time lies between the moments at which it was asked for and had come, unless a clock is wrong. */
export const skewOf = (serverTime: Date, askedAt: Date, answeredAt: Date): ClockSkew => {
  const behind = serverTime.getTime() - answeredAt.getTime();
  const ahead = askedAt.getTime() - (serverTime.getTime() + 1000);
  return { milliseconds: Math.max(behind, ahead, 0), direction: behind > 0 ? 'behind' : 'ahead of' };
};

/** Asks the broker for the time and for nothing else; null when it does not tell. */
export const askClockSkew = async (
  api: BrokerApi,
  timeoutMs: number,
  now: () => Date,
): Promise<ClockSkew | null> => {
  try {
    const askedAt = now();
    const response = await api.request('', { method: 'HEAD', timeoutMs });
    const answeredAt = now();
    const serverTime = new Date(response.headers.get('date') ?? '');
    return Number.isNaN(serverTime.getTime()) ? null : skewOf(serverTime, askedAt, answeredAt);
  } catch {
    return null;
  }
};
