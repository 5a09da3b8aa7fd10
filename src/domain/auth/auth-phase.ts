export const AUTH_PHASES = [
  'IDLE',
  'LOGIN_STARTED',
  'TOKEN_GENERATION',
  'PARTIAL_AUTH',
  'COOLDOWN',
  'RESUME_GENERATION',
  'PRIMARY_VALIDATED',
  'AUTH_CONFIRMED',
  'DASHBOARD',
] as const;
export type AuthPhase = (typeof AUTH_PHASES)[number];

/** What can happen to an account. */
export type AuthTrigger =
  | 'LOGIN_STARTED'
  | 'FIRST_API_TAKEN_UP'
  | 'RUN_ENDED_INCOMPLETE'
  | 'COOLDOWN_BEGUN'
  | 'TIME_IS_UP'
  | 'STILL_MISSING'
  | 'OPERATOR_GENERATES'
  | 'PRIMARY_VERIFIED'
  | 'SET_CONFIRMED'
  | 'CLIENT_ENTERED'
  | 'ACCOUNT_ENTERED'
  | 'PRIMARY_LOST'
  | 'DAY_ENDED'
  | 'LOGGED_OUT';

interface Transition {
  readonly from: readonly AuthPhase[];
  readonly on: AuthTrigger;
  readonly to: AuthPhase;
}

/**
 * The whole machine. A run goes through its phases wherever it begins, also with PRIMARY valid; when it is over, the
 * facts lead on. `SET_CONFIRMED`: the rest is complete, or the operator has accepted the partial set.
 */
export const TRANSITIONS: readonly Transition[] = [
  {
    from: ['IDLE', 'PRIMARY_VALIDATED', 'AUTH_CONFIRMED', 'DASHBOARD'],
    on: 'LOGIN_STARTED',
    to: 'LOGIN_STARTED',
  },
  { from: ['LOGIN_STARTED'], on: 'FIRST_API_TAKEN_UP', to: 'TOKEN_GENERATION' },
  { from: ['TOKEN_GENERATION'], on: 'RUN_ENDED_INCOMPLETE', to: 'PARTIAL_AUTH' },
  { from: ['PARTIAL_AUTH'], on: 'COOLDOWN_BEGUN', to: 'COOLDOWN' },
  { from: ['COOLDOWN'], on: 'TIME_IS_UP', to: 'RESUME_GENERATION' },
  { from: ['RESUME_GENERATION'], on: 'STILL_MISSING', to: 'PARTIAL_AUTH' },
  { from: ['PARTIAL_AUTH'], on: 'OPERATOR_GENERATES', to: 'TOKEN_GENERATION' },
  {
    from: ['TOKEN_GENERATION', 'RESUME_GENERATION', 'PARTIAL_AUTH', 'COOLDOWN', 'IDLE'],
    on: 'PRIMARY_VERIFIED',
    to: 'PRIMARY_VALIDATED',
  },
  { from: ['PRIMARY_VALIDATED'], on: 'SET_CONFIRMED', to: 'AUTH_CONFIRMED' },
  { from: ['AUTH_CONFIRMED'], on: 'CLIENT_ENTERED', to: 'DASHBOARD' },
  { from: ['AUTH_CONFIRMED', 'DASHBOARD'], on: 'ACCOUNT_ENTERED', to: 'PRIMARY_VALIDATED' },
  { from: ['PRIMARY_VALIDATED', 'AUTH_CONFIRMED', 'DASHBOARD'], on: 'PRIMARY_LOST', to: 'IDLE' },
  { from: ['PARTIAL_AUTH'], on: 'DAY_ENDED', to: 'IDLE' },
  { from: AUTH_PHASES, on: 'LOGGED_OUT', to: 'IDLE' },
];

/** The way a trigger leads from a phase; null when it leads nowhere from there. */
export const transitionOf = (phase: AuthPhase, trigger: AuthTrigger): Transition | null =>
  TRANSITIONS.find(({ from, on }) => on === trigger && from.includes(phase)) ?? null;

/** A client may be at the dashboard in these phases. */
export const isConfirmed = (phase: AuthPhase): boolean => phase === 'AUTH_CONFIRMED' || phase === 'DASHBOARD';

/** These triggers end what was confirmed; `SET_CONFIRMED` begins it. Every other one leaves it as it is. */
const ENDS_CONFIRMATION: readonly AuthTrigger[] = ['ACCOUNT_ENTERED', 'PRIMARY_LOST', 'LOGGED_OUT'];

/** Whether the set counts as confirmed after a trigger. */
export const isConfirmedAfter = (trigger: AuthTrigger, before: boolean): boolean =>
  trigger === 'SET_CONFIRMED' || (before && !ENDS_CONFIRMATION.includes(trigger));

/** PRIMARY was verified in these phases, and no run is under way. */
export const hasPrimary = (phase: AuthPhase): boolean => phase === 'PRIMARY_VALIDATED' || isConfirmed(phase);
