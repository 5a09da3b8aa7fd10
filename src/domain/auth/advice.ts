import { apisOfMode, refusalOf } from '../run/decision.ts';
import { type EndedToken, type GenerationRun, isOver } from '../run/generation-run.ts';
import { hasPrimary } from './auth-phase.ts';
import { cooldownAt, type GateFacts, isPrimaryValid, isReady } from './auth-state.ts';
import type { NextOperation } from './next-operation.ts';

/** What the acceptance of a request depends on. */
export interface Situation {
  readonly facts: GateFacts;
  /** The run under way, else the last one. */
  readonly run: GenerationRun | null;
  /** Tokens that cannot be had beside others. */
  readonly ended: readonly EndedToken[];
  /** There is something to log in with. */
  readonly hasCredentials: boolean;
}

/** `acceptPartial` is not refused: PRIMARY works, no run decides, and the gate is shut. */
export const canAcceptPartial = (facts: GateFacts): boolean =>
  hasPrimary(facts.record.phase) && isPrimaryValid(facts.checks) && !isReady(facts);

const MISSING = { mode: 'INVALID_ONLY', apiNames: [], replaceValid: false, includeUnknown: false } as const;

/** What makes the missing tokens is not refused, as far as is known without asking the broker. */
const makesMissing = ({ facts, ended, hasCredentials }: Situation): readonly NextOperation[] => {
  const { record, now } = facts;
  const byLogin = checksByLogin(facts);
  const others = checksWithRow(facts).filter((check) => !byLogin.includes(check));
  const hasMissing = apisOfMode(MISSING, byLogin).length > 0;
  const isRefused =
    (hasMissing && !hasCredentials) ||
    record.quarantinedAt !== null ||
    cooldownAt(record, now).active ||
    (byLogin.length > 0 && refusalOf(MISSING, byLogin, ended, others) !== null);
  if (isRefused) return [];
  // A login leads on from IDLE also where no token is missing, and a logout is undone by nothing else.
  if (record.phase === 'IDLE' && (record.isLoggedOut || !hasMissing)) return ['START_LOGIN'];
  return hasMissing ? ['GENERATE_MISSING'] : [];
};

const checksByLogin = ({ checks, notByLogin = [] }: GateFacts): GateFacts['checks'] =>
  checks.filter(({ apiName }) => !notByLogin.includes(apiName));

/** The checks of tokens that a login can end. */
export const checksWithRow = ({ checks, withoutRow = [] }: GateFacts): GateFacts['checks'] =>
  checks.filter(({ apiName }) => !withoutRow.includes(apiName));

/** A role that no login serves has no token that works. */
const isTokenWanted = ({ checks, notByLogin = [] }: GateFacts): boolean =>
  checks.some(
    ({ apiName, verdict }) => verdict !== 'VALID' && verdict !== 'UNKNOWN' && notByLogin.includes(apiName),
  );

/** What there is to do next. Nothing of it is refused; while a run is under way there is nothing. */
export const nextOperations = (situation: Situation): readonly NextOperation[] => {
  const { facts, run, hasCredentials } = situation;
  const { record, checks } = facts;
  if (run !== null && !isOver(run)) return [];
  if (checks.length === 0) return ['SAVE_API_CONFIG'];
  if (record.quarantinedAt !== null) return ['CLEAR_QUARANTINE'];
  if (isReady(facts)) return record.phase === 'AUTH_CONFIRMED' ? ['ENTER_DASHBOARD'] : [];
  const isWhole = checks.every(({ verdict }) => verdict === 'VALID');
  // The check that follows a switch is under way, or the account is about to be confirmed.
  if (facts.isRecheckDue || (isWhole && hasPrimary(record.phase))) return [];
  return [
    ...(hasCredentials ? [] : (['UPDATE_CREDENTIALS'] as const)),
    ...(checks.some(({ verdict }) => verdict === 'UNKNOWN') ? (['CHECK_TOKENS'] as const) : []),
    ...makesMissing(situation),
    ...(isTokenWanted(facts) ? (['IMPORT_TOKEN'] as const) : []),
    ...(canAcceptPartial(facts) ? (['ACCEPT_PARTIAL'] as const) : []),
  ];
};
