import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AUTH_PHASES,
  type AuthPhase,
  type AuthTrigger,
  hasPrimary,
  isConfirmedAfter,
  TRANSITIONS,
  transitionOf,
} from '../../src/domain/auth/auth-phase.ts';

const TRIGGERS = [...new Set(TRANSITIONS.map(({ on }) => on))];

const phases = fc.constantFrom(...AUTH_PHASES);
const triggers = fc.constantFrom(...TRIGGERS);

const go = (from: AuthPhase, on: readonly AuthTrigger[]): AuthPhase =>
  on.reduce((phase, trigger) => transitionOf(phase, trigger)?.to ?? phase, from);

test('the machine is this table, and nothing else', () => {
  const rows = AUTH_PHASES.flatMap((from) =>
    TRIGGERS.flatMap((on) => {
      const transition = transitionOf(from, on);
      return transition === null ? [] : `${from.padEnd(17)} ${on.padEnd(20)} ${transition.to}`;
    }),
  );
  expect(rows.join('\n')).toMatchInlineSnapshot(`
    "IDLE              LOGIN_STARTED        LOGIN_STARTED
    IDLE              PRIMARY_VERIFIED     PRIMARY_VALIDATED
    IDLE              LOGGED_OUT           IDLE
    LOGIN_STARTED     FIRST_API_TAKEN_UP   TOKEN_GENERATION
    LOGIN_STARTED     LOGGED_OUT           IDLE
    TOKEN_GENERATION  RUN_ENDED_INCOMPLETE PARTIAL_AUTH
    TOKEN_GENERATION  PRIMARY_VERIFIED     PRIMARY_VALIDATED
    TOKEN_GENERATION  LOGGED_OUT           IDLE
    PARTIAL_AUTH      COOLDOWN_BEGUN       COOLDOWN
    PARTIAL_AUTH      OPERATOR_GENERATES   TOKEN_GENERATION
    PARTIAL_AUTH      PRIMARY_VERIFIED     PRIMARY_VALIDATED
    PARTIAL_AUTH      DAY_ENDED            IDLE
    PARTIAL_AUTH      LOGGED_OUT           IDLE
    COOLDOWN          TIME_IS_UP           RESUME_GENERATION
    COOLDOWN          PRIMARY_VERIFIED     PRIMARY_VALIDATED
    COOLDOWN          LOGGED_OUT           IDLE
    RESUME_GENERATION STILL_MISSING        PARTIAL_AUTH
    RESUME_GENERATION PRIMARY_VERIFIED     PRIMARY_VALIDATED
    RESUME_GENERATION LOGGED_OUT           IDLE
    PRIMARY_VALIDATED LOGIN_STARTED        LOGIN_STARTED
    PRIMARY_VALIDATED SET_CONFIRMED        AUTH_CONFIRMED
    PRIMARY_VALIDATED PRIMARY_LOST         IDLE
    PRIMARY_VALIDATED LOGGED_OUT           IDLE
    AUTH_CONFIRMED    LOGIN_STARTED        LOGIN_STARTED
    AUTH_CONFIRMED    CLIENT_ENTERED       DASHBOARD
    AUTH_CONFIRMED    ACCOUNT_ENTERED      PRIMARY_VALIDATED
    AUTH_CONFIRMED    PRIMARY_LOST         IDLE
    AUTH_CONFIRMED    LOGGED_OUT           IDLE
    DASHBOARD         LOGIN_STARTED        LOGIN_STARTED
    DASHBOARD         ACCOUNT_ENTERED      PRIMARY_VALIDATED
    DASHBOARD         PRIMARY_LOST         IDLE
    DASHBOARD         LOGGED_OUT           IDLE"
  `);
});

test('every trigger and every phase has its place in the table', () => {
  expect(TRIGGERS).toHaveLength(14);
  const reached = new Set(TRANSITIONS.map(({ to }) => to));
  expect(AUTH_PHASES.filter((phase) => !reached.has(phase))).toEqual([]);
});

test('no phase has two ways on for one trigger', () => {
  const ways = TRANSITIONS.flatMap(({ from, on }) => from.map((phase) => `${phase} ${on}`));
  expect(new Set(ways).size).toBe(ways.length);
});

test('PRIMARY can be lost only where it was there', () => {
  const losing = AUTH_PHASES.filter((phase) => transitionOf(phase, 'PRIMARY_LOST') !== null);
  expect(losing).toEqual(['PRIMARY_VALIDATED', 'AUTH_CONFIRMED', 'DASHBOARD']);
  expect(losing).toEqual(AUTH_PHASES.filter(hasPrimary));
});

test('from everywhere a logout leads to IDLE', () => {
  fc.assert(
    fc.property(fc.array(triggers, { maxLength: 30 }), (on) => {
      expect(go('IDLE', [...on, 'LOGGED_OUT'])).toBe('IDLE');
    }),
  );
});

test('nothing passes PRIMARY_VALIDATED without a verified PRIMARY, whatever happens', () => {
  const others = triggers.filter((trigger) => trigger !== 'PRIMARY_VERIFIED');
  fc.assert(
    fc.property(
      phases.filter((phase) => !hasPrimary(phase)),
      fc.array(others, { maxLength: 30 }),
      (from, on) => {
        expect(hasPrimary(go(from, on))).toBe(false);
      },
    ),
  );
});

test('AUTH_CONFIRMED is entered from PRIMARY_VALIDATED alone, and the dashboard from AUTH_CONFIRMED alone', () => {
  const into = (phase: AuthPhase) =>
    AUTH_PHASES.filter((from) => TRIGGERS.some((on) => transitionOf(from, on)?.to === phase));
  expect(into('AUTH_CONFIRMED')).toEqual(['PRIMARY_VALIDATED']);
  expect(into('DASHBOARD')).toEqual(['AUTH_CONFIRMED']);
});

test('a confirmation begins with the whole set and ends with a switch, a loss of PRIMARY or a logout', () => {
  expect(TRIGGERS.filter((trigger) => isConfirmedAfter(trigger, false))).toEqual(['SET_CONFIRMED']);
  expect(TRIGGERS.filter((trigger) => !isConfirmedAfter(trigger, true))).toEqual([
    'ACCOUNT_ENTERED',
    'PRIMARY_LOST',
    'LOGGED_OUT',
  ]);
});
