export const HEALTH_STATES = ['OK', 'DEGRADED', 'DOWN', 'UNKNOWN'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export const HEALTH_COMPONENTS = ['DATABASE', 'API', 'CACHE', 'BROWSER', 'CONFIG', 'CLOCK', 'DISK'] as const;
export type HealthComponent = (typeof HEALTH_COMPONENTS)[number];

/** Something an operator should look at. */
export interface Finding {
  readonly component: HealthComponent;
  readonly state: HealthState;
  readonly message: string;
  readonly nextAction: string;
}

/** What was looked at and how it is, such as the browser's version: for people, and no secret. */
export interface HealthDetail {
  readonly component: HealthComponent;
  readonly text: string;
}

export interface SystemHealth {
  readonly database: HealthState;
  readonly api: HealthState;
  readonly cache: HealthState;
  readonly browser: HealthState;
  readonly config: HealthState;
  readonly clock: HealthState;
  readonly disk: HealthState;
  readonly findings: readonly Finding[];
  readonly details: readonly HealthDetail[];
}

/** The worst of several states; DOWN before DEGRADED before UNKNOWN before OK. */
export const worst = (states: readonly HealthState[]): HealthState =>
  (['DOWN', 'DEGRADED', 'UNKNOWN'] as const).find((state) => states.includes(state)) ?? 'OK';
