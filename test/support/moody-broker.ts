import type { ServiceFailure } from '../../src/simulator/api/service-refusal.ts';
import type { LoginStep } from '../../src/simulator/scenarios.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { openBroker } from './test-app.ts';

/** How a broker behaves that changes its mind while it runs; what can go wrong beside it stands in `broker.faults`. */
export interface Moods {
  /** OTPs that may be asked for within a time. */
  readonly otpLimit: { count: number; withinMs: number };
  /** By the app's index. */
  readonly rejectedApps: Record<number, 'UDAPI100068'>;
  readonly refusedSteps: Partial<Record<LoginStep, ServiceFailure>>;
  readonly hangingSteps: LoginStep[];
  readonly revokedApps: number[];
}

/** The simulator reads its knobs at every request, so what is changed in these objects counts from then on. */
export const openMoodyBroker = async (
  options: Omit<SimulatorOptions, 'knobs'> = {},
): Promise<{ broker: Simulator; moods: Moods }> => {
  const moods: Moods = {
    otpLimit: { count: Number.POSITIVE_INFINITY, withinMs: 1000 },
    rejectedApps: {},
    refusedSteps: {},
    hangingSteps: [],
    revokedApps: [],
  };
  return { broker: await openBroker({ ...options, knobs: moods }), moods };
};
